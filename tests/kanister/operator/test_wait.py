"""WaitV2 and Wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._kanister.operator.conditions import parse_duration_s
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


@pytest.mark.parametrize(
    "condition",
    [
        '{{ exists . "data" "password" }}',
        '{{ not (exists . "data" "none") }}',
        '{{ eq (base64decode .data.password) "pw" }}',
        "{{ not .status.conditions }}",
    ],
)
def test_kubectls_own_functions(in_cluster: Run, make: Any, condition: str) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.api.create(
            CONFIGMAPS, {"metadata": {"name": "cm"}, "data": {"password": "cHc="}}, "app"
        )
        await cluster.blueprint({"backup": {"phases": [_wait(condition)]}})
        await cluster.actionset(make.on_statefulset())
        assert (await cluster.finished())["state"] == "complete"

    in_cluster(scenario)


def test_a_template_that_fails_is_named(in_cluster: Run, make: Any) -> None:
    phase = _wait("{{ base64decode .kind }}", "cm", "50ms")

    async def scenario(cluster: Any) -> None:
        await cluster.api.create(CONFIGMAPS, {"metadata": {"name": "cm"}}, "app")
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset())
        message = (await cluster.finished())["error"]["message"]
        assert message.startswith(
            'null: error executing template "{{ base64decode .kind }}": template: output:1:3: '
            'executing "output" at <base64decode .kind>: error calling base64decode: base64 '
            "decode failed: illegal base64 data at input byte "
        )
        assert message.endswith(LATE)

    in_cluster(scenario)


def _old(condition: str, **arguments: Any) -> Any:
    return {**_wait(condition, **arguments), "func": "Wait"}


@pytest.mark.parametrize(
    "condition",
    [
        '{{ if (eq "{ $.data.state }" "done") }}true{{ else }}false{{ end }}',
        '{{ eq "{$.kind}/{ $.data[\'state\'] }" "ConfigMap/done" }}',
        '{{ hasPrefix "do" "{ $.data.state }" }}',
        '{{ eq (len "{ $.metadata.labels.* }") 3 }}',
    ],
)
def test_old_wait(in_cluster: Run, make: Any, condition: str) -> None:
    configmap = {"metadata": {"name": "cm", "labels": {"a": "b-c"}}, "data": {"state": "done"}}

    async def scenario(cluster: Any) -> None:
        await cluster.api.create(CONFIGMAPS, configmap, "app")
        await cluster.blueprint({"backup": {"phases": [_old(condition)]}})
        await cluster.actionset(make.on_statefulset())
        assert (await cluster.finished())["state"] == "complete"

    in_cluster(scenario)


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        (
            _old("{{ `{ $.data.none }` }}", timeout="50ms"),
            'null: error executing jsonpath "{.data.none}": Error executing template: none is not '
            "found. Printing more information for debugging the template:\n"
            f"\ttemplate was:\n\t\t{{.data.none}}\n: {LATE}",
        ),
        (_old("{ $.data[ }", timeout="50ms"), f"null: {LATE}"),
        (_old("true", name="none", timeout="50ms"), f'null: configmaps "none" not found: {LATE}'),
        (_old("{{ .Options.x }}"), 'null: Failed to render template: "x" not found'),
        (
            _old("true", timeout="soon"),
            'null: Failed to parse the timeout duration: time: invalid duration "soon"',
        ),
        (
            {"func": "Wait", "name": "w", "args": {"timeout": "1s"}},
            "null: Required args missing for function Wait: Required arg missing: conditions",
        ),
        (
            {"func": "Wait", "name": "w", "args": {"timeout": "1s", "conditions": "x"}},
            "null: Failed to decode arg `conditions`: '' expected a map, got 'string'",
        ),
    ],
)
def test_old_wait_fails(in_cluster: Run, make: Any, phase: Any, message: str) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.api.create(CONFIGMAPS, {"metadata": {"name": "cm"}, "data": {}}, "app")
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset())
        assert (await cluster.finished())["error"]["message"] == message

    in_cluster(scenario)


@pytest.mark.parametrize(
    ("text", "seconds"), [("5m", 300.0), ("1h30m", 5400.0), ("1.5s", 1.5), ("0", 0.0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == seconds
