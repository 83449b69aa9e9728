"""Following one pod while the API stumbles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.registry import Store
from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.podwatch import PodWatch
from pytest_kanister._model.api import WatchEvent
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import EnvironmentProblem, Gone

POD = {
    "metadata": {"name": "p", "namespace": "default"},
    "spec": {"containers": [{"name": "c", "image": "i"}]},
}


class Stumbling(LocalApi):
    """An API whose next watches end with the errors given; it then works again."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__(Store(), lambda: None)  # type: ignore[arg-type,return-value]  # no logs here
        self.errors = list(errors)

    async def watch(self, *arguments: Any, **options: Any) -> AsyncIterator[WatchEvent]:
        if self.errors:
            raise self.errors.pop(0)
        async for event in super().watch(*arguments, **options):
            yield event


def test_a_pod_that_is_gone_is_told_though_the_watch_was_too_late() -> None:
    """With a version that is kept no longer there is nothing to wait for: no loop without end."""

    async def main() -> None:
        api = Stumbling(*(Gone(410, "Expired", "too old") for _ in range(50)))
        pod = await api.create(PODS, POD)
        await api.delete(PODS, "p", "default", grace_period_s=0)
        watch = PodWatch(api, pod)
        with pytest.raises(KanisterError, match='pods "p" not found'):
            await watch.next(5)
        await watch.close()
        assert len(api.errors) == 49

    asyncio.run(main())


def test_a_connection_that_broke_is_made_again() -> None:
    async def main() -> None:
        api = Stumbling(EnvironmentProblem("nobody answers", remedies=["wait"]))
        pod = await api.create(PODS, POD)
        watch = PodWatch(api, pod)
        running = {**pod, "status": {"phase": "Running"}}
        await api.update(PODS, running, subresource="status")
        async with asyncio.timeout(5):
            while watch.phase != "Running":
                await watch.next(5)
        await watch.close()

    asyncio.run(main())
