"""One pod, as it changes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import ApiError, EnvironmentProblem, NotFound

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object

__all__ = ["PodWatch"]

_PAUSE_S = 0.5


class PodWatch:
    """Follows a pod from the object that its creation gave.

    Attributes:
        pod: its newest state.
    """

    def __init__(self, api: Api, pod: Object) -> None:
        self.pod = pod
        self._api = api
        self._changed = asyncio.Event()
        self._gone = False
        self._task = asyncio.create_task(self._follow())

    @property
    def phase(self) -> str:
        """`status.phase`; empty before there is one."""
        return str(self.pod.get("status", {}).get("phase") or "")

    async def next(self, timeout_s: float | None) -> None:
        """Waits for a change, at most so long.

        Raises:
            KanisterError: the pod is gone.
        """
        # Not wait_for: up to Python 3.11 it may swallow a cancellation.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        self._changed.clear()
        if self._gone:
            raise KanisterError(f'pods "{self.pod["metadata"]["name"]}" not found')

    async def close(self) -> None:
        """Stops following."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        metadata = self.pod["metadata"]
        name, namespace = metadata["name"], metadata["namespace"]
        version = metadata["resourceVersion"]
        while True:
            try:
                async for event in self._api.watch(
                    PODS,
                    namespace,
                    resource_version=version,
                    field_selector=f"metadata.name={name}",
                ):
                    if event.type == "BOOKMARK":
                        continue
                    self._set(event.object, gone=event.type == "DELETED")
                    if self._gone:
                        return
            except ApiError as error:
                if error.status != 410:
                    await asyncio.sleep(_PAUSE_S)
            except EnvironmentProblem:
                await asyncio.sleep(_PAUSE_S)
            # The stream ended or broke: what it may have missed is seen by looking.
            try:
                pod = await self._api.get(PODS, name, namespace)
            except NotFound:
                self._set(self.pod, gone=True)
                return
            except (ApiError, EnvironmentProblem):
                await asyncio.sleep(_PAUSE_S)
                continue
            version = pod["metadata"]["resourceVersion"]
            self._set(pod, gone=False)

    def _set(self, pod: Object, *, gone: bool) -> None:
        self.pod = pod
        self._gone = gone
        self._changed.set()
