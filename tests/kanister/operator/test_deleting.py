"""An ActionSet deleted while it runs: what ends, what is told, what the deferPhase still does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._model.resources import ACTIONSETS, CONFIGMAPS
from pytest_kanister.errors import NotFound

Run = Callable[..., None]
GONE = 'actionsets.cr.kanister.io "run" not found'
LAST: dict[str, Any] = {
    "func": "KubeOps",
    "name": "last",
    "args": {
        "operation": "create",
        "namespace": "app",
        "spec": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\n",
    },
}


async def _delete_while_running(cluster: Any, make: Any, **action: Any) -> None:
    await cluster.blueprint({"backup": {"phases": [make.task("p", "sleep 60")], **action}})
    await cluster.actionset(make.on_statefulset())
    await cluster.task_started()
    await cluster.api.delete(ACTIONSETS, "run", "kanister")
    await cluster.pods_gone("app")


async def _told(cluster: Any, last: str) -> list[tuple[str, str, str]]:
    async with asyncio.timeout(10):
        while True:
            events: list[tuple[str, str, str]] = await cluster.events("Started Action")
            if any(last in message for _, _, message in events):
                return events
            await asyncio.sleep(0.01)


def test_the_phase_that_ran_is_told(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await _delete_while_running(cluster, make)
        events = await _told(cluster, GONE)
        assert [event[1] for event in events] == [
            "Started Action",
            "Started Phase",
            "ActionSetFailed Action: backup",
        ]
        assert events[-1][2].startswith('Failed to update phase: v1alpha1.Phase{Name:"p"')
        assert events[-1][2].endswith(f": {GONE}")
        blueprint = await cluster.events("ActionSetFailed Action: backup", name="bp")
        assert blueprint[-1] == events[-1]
        with pytest.raises(NotFound):
            await cluster.get()

    in_cluster(scenario)


def test_the_deferphase_begins_and_does_nothing(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await _delete_while_running(cluster, make, deferPhase=LAST)
        events = await _told(cluster, "defer phase")
        assert events[3] == ("Normal", "Started deferPhase", "Executing deferPhase last")
        assert events[4][2].startswith(
            'Failed to update defer phase: v1alpha1.Phase{Name:"last", State:"pending"'
        )
        assert len(events) == 5
        with pytest.raises(NotFound):
            await cluster.api.get(CONFIGMAPS, "made", "app")

    in_cluster(scenario)


def test_deleting_while_the_deferphase_runs(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint(
            {"backup": {"phases": [], "deferPhase": make.task("last", "sleep 60")}}
        )
        await cluster.actionset(make.on_statefulset())
        await cluster.task_started()
        await cluster.api.delete(ACTIONSETS, "run", "kanister")
        await cluster.pods_gone("app")
        events = await _told(cluster, GONE)
        assert [event[1] for event in events] == [
            "Started Action",
            "Started deferPhase",
            "ActionSetFailed Action: backup",
        ]

    in_cluster(scenario)


def test_args_of_the_deferphase_are_rendered(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        null = {**LAST, "args": {**LAST["args"], "objectReference": None}}
        await _delete_while_running(cluster, make, deferPhase=null)
        assert await asyncio.wait_for(cluster.operator, 10) == 2

    in_cluster(scenario)


def test_another_one_of_that_name_is_left_alone(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint(
            {
                "backup": {"phases": [make.task("p", "sleep 60")], "deferPhase": LAST},
                "restore": {"phases": [make.task("q", "true")]},
            }
        )
        await cluster.actionset(make.on_statefulset())
        await cluster.task_started()
        await cluster.api.delete(ACTIONSETS, "run", "kanister")
        await cluster.actionset(make.on_statefulset("restore"))
        status = await cluster.finished()
        assert status["state"] == "complete"
        assert status["error"]["message"] == ""

    in_cluster(scenario)


def test_it_counts_as_a_failure(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await _delete_while_running(cluster, make)
        (address,) = (
            line.partition("http://")[2].partition("/")[0]
            for line in cluster.log
            if "Serving metrics" in line
        )
        host, port = address.split(":")
        await _told(cluster, GONE)
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        text = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        assert 'kanister_action_set_resolutions_total{resolution="failure"} 1\n' in text

    env = {"KANISTER_METRICS_ENABLED": "true", "POD_IP": "127.0.0.1", "METRICS_PORT": "0"}
    in_cluster(scenario, env=env)
