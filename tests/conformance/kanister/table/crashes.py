"""2.2 and 2.11: what ends the controller's process.  These run by themselves, after all others."""

from __future__ import annotations

from tests.conformance.kanister.case import Case, Expect, on, phase, task

_NULL = phase("KubeTask", "a", image="x", namespace="<ns>", command=["true"], podOverride=None)
CASES = [
    Case(
        "null-in-arguments",
        "2.11.10, 11.11",
        {"backup": {"phases": [_NULL, task("true", "b")]}},
        Expect("running", phases=["a running", "b pending"], running="a", pods=[], restarted=True),
        [on()],
    ),
    Case(
        "no-phases-to-blame",
        "2.5",
        {"backup": {"phases": []}},
        Expect("running", phases=[], restarted=True),
        [on(object={"kind": "statefulset", "name": "gone", "namespace": "<ns>"})],
    ),
    Case(
        "restart-orphans-what-runs",
        "2.2, 11.10",
        {"backup": {"phases": [task("sleep 3", "a"), task("true", "b")]}},
        Expect("running", phases=["a running", "b pending"], running="a"),
        [on()],
        during="restart",
    ),
]
