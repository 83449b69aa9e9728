"""An API in-process with namespace app."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.registry import Store
from pytest_kanister._model.crds import kanister_crds
from pytest_kanister._model.resources import CRDS, NAMESPACES


@pytest.fixture
def with_api() -> Callable[[Callable[[Any], Awaitable[Any]]], Any]:
    """Runs a coroutine on a fresh API that serves Kanister's kinds."""

    def run(scenario: Callable[[Any], Awaitable[Any]]) -> Any:
        async def main() -> Any:
            def no_pods() -> Any:
                raise AssertionError("there are no pods here")

            api = LocalApi(Store(), no_pods)
            for crd in kanister_crds():
                await api.create(CRDS, crd)
            for name in ("app", "kanister"):
                await api.create(NAMESPACES, {"metadata": {"name": name}})
            return await scenario(api)

        return asyncio.run(main())

    return run
