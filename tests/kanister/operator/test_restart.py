"""What a new controller process does with what it finds; conflicts; other namespaces."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.status import reconcile
from pytest_kanister._model.resources import ACTIONSETS
from pytest_kanister.errors import Conflict, NotFound

Run = Callable[..., None]


def test_pending_ones_are_executed_after_a_restart(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "true")]}})
        await cluster.stop_operator()
        await cluster.actionset(make.on_statefulset(), name="fresh")
        actionset = await cluster.actionset(make.on_statefulset(), name="orphan")
        phases = [{"name": "p", "state": "running", "progress": {}}]
        actionset["status"] = {"state": "running", "actions": [{"phases": phases}]}
        await cluster.api.update(ACTIONSETS, actionset)
        cluster.start_operator()
        assert (await cluster.finished("fresh"))["state"] == "complete"
        assert (await cluster.get("orphan"))["status"] == actionset["status"]

    in_cluster(scenario)


def test_other_namespaces_are_not_looked_at(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "true")]}})
        elsewhere = {
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "ActionSet",
            "metadata": {"name": "elsewhere"},
            "spec": {"actions": [make.on_statefulset()]},
        }
        await cluster.api.create(ACTIONSETS, elsewhere, "app")
        await cluster.actionset(make.on_statefulset())
        await cluster.finished()
        assert "status" not in await cluster.api.get(ACTIONSETS, "elsewhere", "app")

    in_cluster(scenario)


class _Busy:
    """An API whose object somebody else keeps changing."""

    def __init__(self, conflicts: int) -> None:
        self.conflicts = conflicts
        self.written: list[Any] = []

    async def get(self, resource: Any, name: str, namespace: str | None = None) -> Any:
        if name == "gone":
            raise NotFound(404, "NotFound", "gone")
        target = {"kind": "statefulset"}
        status = {"state": "running", "actions": [{"phases": [{"state": "running"}]}]}
        return {"spec": {"actions": [{"object": target}]}, "status": status}

    async def update(self, resource: Any, obj: Any, *, subresource: str = "") -> Any:
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict(409, "Conflict", "changed meanwhile")
        self.written.append(obj)
        return obj


def test_conflicts_are_tried_again() -> None:
    api: Any = _Busy(conflicts=2)

    def fail(actionset: Any) -> None:
        actionset["status"]["state"] = "failed"

    asyncio.run(reconcile(api, "kanister", "run", fail))
    assert [item["status"]["state"] for item in api.written] == ["failed"]
    with pytest.raises(NotFound):
        asyncio.run(reconcile(api, "kanister", "gone", fail))


def test_a_status_that_breaks_the_rules_is_not_written() -> None:
    api: Any = _Busy(conflicts=0)

    def complete(actionset: Any) -> None:
        actionset["status"]["state"] = "complete"

    with pytest.raises(KanisterError, match="cannot be complete"):
        asyncio.run(reconcile(api, "kanister", "run", complete))
    assert api.written == []
