"""4.6: ScaleWorkload."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, configmap, on, phase


def _case(name: str, expect: Expect, pods: int = 0, /, **args: Any) -> Case:
    body = {"backup": {"phases": [phase("ScaleWorkload", **args)]}}
    return Case(name, "4.6", body, expect, [on()], pods=pods)


def _fails(name: str, message: str, /, **args: Any) -> Case:
    return _case(name, Expect("failed", error=f"null: {message}", phases=["p failed"]), 0, **args)


def _scaled(before: int, after: int) -> Expect:
    output = {"p": {"originalReplicaCount": before}}
    return Expect("complete", outputs=output, replicas=after, pods=[])


CASES = [
    _case("ScaleWorkload-down", _scaled(1, 0), 1, replicas=0),
    _case("ScaleWorkload-up", _scaled(0, 1), 0, replicas="1"),
    _case("ScaleWorkload-up-without-waiting", _scaled(0, 1), 0, replicas=1, waitForReady="f"),
    _case(
        "ScaleWorkload-named",
        _scaled(0, 0),
        0,
        replicas="0",
        kind="STATEFULSET",
        name="db",
        namespace="<ns>",
    ),
    _fails(
        "ScaleWorkload-bad-argument", "Invalid arg type float64 for Arg replicas …", replicas=1.5
    ),
    _fails(
        "ScaleWorkload-bad-text", '…strconv.Atoi: parsing "many": invalid syntax…', replicas="many"
    ),
    _fails("ScaleWorkload-bad-kind", "…Workload type not supported Pod", replicas=1, kind="Pod"),
    _fails(
        "ScaleWorkload-fails",
        '…statefulsets.apps "gone" not found',
        replicas=1,
        name="gone",
    ),
    Case(
        "ScaleWorkload-no-workload",
        "4.6",
        {"backup": {"phases": [phase("ScaleWorkload", replicas=1, name="db")]}},
        Expect(
            "failed",
            error="null: …Workload information not available via defaults or namespace/name/kind "
            "parameters",
        ),
        [
            on(
                object={
                    "apiVersion": "v1",
                    "resource": "configmaps",
                    "name": "c",
                    "namespace": "<ns>",
                }
            )
        ],
        (configmap("c"),),
    ),
]
