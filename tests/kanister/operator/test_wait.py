"""WaitV2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._kanister.operator.functions.wait_v2 import _seconds
from pytest_kanister._model.resources import CONFIGMAPS

Run = Callable[..., None]
READY = (
    "{{ $ok := false }}{{ range $c := $.status.conditions }}"
    '{{ if and (eq .type "Ready") (eq .status "True") }}{{ $ok = true }}{{ end }}{{ end }}{{ $ok }}'
)


def _wait(condition: str, name: str = "cm", timeout: str = "5s", mode: str = "anyOf") -> Any:
    reference = {
        "apiVersion": "v1",
        "resource": "configmaps",
        "name": name,
        "namespace": "{{ .StatefulSet.Namespace }}",
    }
    conditions = {mode: [{"objectReference": reference, "condition": condition}]}
    return {
        "func": "WaitV2",
        "name": "w",
        "args": {"timeout": timeout, "conditions": conditions},
    }


@pytest.mark.parametrize("mode", ["anyOf", "allOf"])
def test_waits_until_true(in_cluster: Run, make: Any, mode: str) -> None:
    condition = '{{ if eq .data.state "done" }} true {{ end }}'

    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [_wait(condition, mode=mode)]}})
        await cluster.actionset(make.on_statefulset())
        await cluster.until(lambda obj: "w" in str(obj.get("status", {}).get("progress")))
        assert make.state(await cluster.get()) == "running"
        configmap = {"metadata": {"name": "cm"}, "data": {"state": "done"}}
        await cluster.api.create(CONFIGMAPS, configmap, "app")
        assert (await cluster.finished())["state"] == "complete"

    in_cluster(scenario)


@pytest.mark.parametrize(
    "condition",
    ["{{ not .data.none }}", "{{ not .data.none.deeper }}", '{{ eq (len "abc") 3 }}', "true\n"],
)
def test_true_at_once(in_cluster: Run, make: Any, condition: str) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.api.create(CONFIGMAPS, {"metadata": {"name": "cm"}, "data": {}}, "app")
        await cluster.blueprint({"backup": {"phases": [_wait(condition)]}})
        await cluster.actionset(make.on_statefulset())
        assert (await cluster.finished())["state"] == "complete"

    in_cluster(scenario)


LATE = (
    "Failed to wait for the condition to be met: Context done while polling: "
    "context deadline exceeded"
)


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        (_wait("true", "none", "50ms"), f'null: configmaps "none" not found: {LATE}'),
        (_wait("{{ upper .kind }}", "cm", "50ms"), f"null: {LATE}"),
        (_wait("{{ .data.none.x }}", "cm", "50ms"), f"null: {LATE}"),
        (
            _wait("true", "cm", "soon"),
            'null: Failed to parse the timeout duration: time: invalid duration "soon"',
        ),
    ],
)
def test_too_late(in_cluster: Run, make: Any, phase: Any, message: str) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.api.create(CONFIGMAPS, {"metadata": {"name": "cm"}, "data": {}}, "app")
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset())
        assert (await cluster.finished())["error"]["message"] == message

    in_cluster(scenario)


def test_pods_conditions(in_cluster: Run, make: Any) -> None:
    phase = _wait(READY, "db-0", "60ms")
    phase["args"]["conditions"]["anyOf"][0]["objectReference"]["resource"] = "pods"

    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset())
        assert (await cluster.finished())["error"]["message"] == f"null: {LATE}"

    in_cluster(scenario)


def test_kubectl_functions_are_refused_by_name(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [_wait('{{ exists . "status" }}')]}})
        await cluster.actionset(make.on_statefulset())
        message = (await cluster.finished())["error"]["message"]
        assert "kubectl's template function exists: the embedded operator" in message

    in_cluster(scenario)


@pytest.mark.parametrize(
    ("text", "seconds"), [("5m", 300.0), ("1h30m", 5400.0), ("1.5s", 1.5), ("0", 0.0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert _seconds(text) == seconds
