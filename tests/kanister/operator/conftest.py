"""The operator on an API in-process (see `tests.support.operating`)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.support.operating import Cluster, on_statefulset, run_in_cluster, state, task

Scenario = Callable[[Cluster], Coroutine[Any, Any, None]]


@pytest.fixture
def in_cluster() -> Callable[..., None]:
    """Runs a coroutine against a fresh cluster with operator, kubelet and app/db."""

    def run(scenario: Scenario, *, env: dict[str, str] | None = None) -> None:
        run_in_cluster(scenario, env)

    return run


@pytest.fixture
def make() -> Any:
    """`make.task`, `make.on_statefulset`, `make.state`: builders that tests share."""

    class Make:
        task = staticmethod(task)
        on_statefulset = staticmethod(on_statefulset)
        state = staticmethod(state)

    return Make
