"""Kubernetes' rules for argv, environment, sizes, phases: values in, values out."""

import pytest

from pytest_kanister._cluster.contracts import Program
from pytest_kanister._cluster.kubelet.spec import (
    ConfigProblem,
    build_argv,
    expand,
    fill_placeholders,
)
from pytest_kanister._cluster.kubelet.status import ContainerState, pod_phase, pod_status
from pytest_kanister._cluster.kubelet.volumes import parse_size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(A)", "1"),
        ("$$(A)", "$(A)"),
        ("$(B) $A ${A} $", "$(B) $A ${A} $"),
        ("$$$(A)", "$1"),
        ("$(A", "$(A"),
    ],
)
def test_expand(text: str, expected: str) -> None:
    assert expand(text, {"A": "1"}) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, (["entry", "{ip}"], True)),
        ({"args": ["-x"]}, (["entry", "{ip}", "-x"], True)),
        ({"command": ["sh"]}, (["sh"], False)),
        ({"command": ["sh"], "args": ["-c", "{ip}"]}, (["sh", "-c", "{ip}"], False)),
    ],
)
def test_command_replaces_the_entrypoint_and_args_follow_it(
    spec: dict[str, list[str]], expected: tuple[list[str], bool]
) -> None:
    program = Program(image="i", title="t", entrypoint=("entry", "{ip}"))
    assert build_argv(spec, program, {}) == expected


def test_placeholders() -> None:
    argv = ["-d={dir:/var/lib/mysql}", "{ip}:3306", "{other}"]
    filled = fill_placeholders(argv, "127.9.9.9", lambda path: f"/host{path}")
    assert filled == ["-d=/host/var/lib/mysql", "127.9.9.9:3306", "{other}"]


def test_sizes() -> None:
    assert (parse_size("64Mi"), parse_size("1G"), parse_size(5)) == (2**26, 10**9, 5)
    with pytest.raises(ConfigProblem):
        parse_size("many")


def state(code: int | None = None, *, running: bool = False) -> ContainerState:
    made = ContainerState("c", "image")
    if running or code is not None:
        made.run("id")
    if code is not None:
        made.end(code)
    return made


@pytest.mark.parametrize(
    ("policy", "initial", "main", "expected"),
    [
        ("Always", [], [state()], "Pending"),
        ("Always", [], [state(running=True), state()], "Running"),
        ("Always", [], [state(0)], "Running"),
        ("Never", [], [state(0), state(0)], "Succeeded"),
        ("Never", [], [state(0), state(1)], "Failed"),
        ("Never", [], [state(1), state(running=True)], "Running"),
        ("OnFailure", [], [state(1)], "Running"),
        ("OnFailure", [], [state(0)], "Succeeded"),
        ("Never", [state(1)], [state()], "Failed"),
        ("Always", [state(1)], [state()], "Pending"),
        ("Always", [state(running=True)], [state()], "Pending"),
    ],
)
def test_phase(
    policy: str, initial: list[ContainerState], main: list[ContainerState], expected: str
) -> None:
    assert pod_phase(policy, initial, main) == expected


def test_a_condition_keeps_the_time_of_its_last_change() -> None:
    one = state(running=True)
    common = {"ip": "127.9.9.9", "policy": "Always", "started": "t0", "initial": []}
    before = pod_status(**common, main=[one], previous={})  # type: ignore[arg-type]
    for condition in before["conditions"]:
        condition["lastTransitionTime"] = "long ago"
    one.ready = True
    after = pod_status(**common, main=[one], previous=before)  # type: ignore[arg-type]
    times = {entry["type"]: entry["lastTransitionTime"] for entry in after["conditions"]}
    assert times["PodScheduled"] == times["Initialized"] == "long ago"
    assert times["Ready"] != "long ago"
    ready = next(entry for entry in before["conditions"] if entry["type"] == "Ready")
    assert ready["message"] == "containers with unready status: [c]"
