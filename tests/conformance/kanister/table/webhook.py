"""7: what the admission webhook says to Blueprints."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, phase, task

_HEAD = 'admission webhook "blueprints.cr.kanister.io" denied the request: Invalid blueprint, '


def _denied(name: str, message: str, **actions: Any) -> Case:
    return Case(f"webhook-{name}", "7, 11.16", actions, Expect(""), denied=f"{_HEAD}{message}")


def _labelled(**labels: Any) -> dict[str, Any]:
    body = task("true")
    return {**body, "args": {**body["args"], "podLabels": labels}}


CASES = [
    _denied(
        "function-unknown",
        "Failed to validate action backup: Requested function {Nope} has not been registered",
        backup={"phases": [phase("Nope")]},
    ),
    _denied(
        "argument-missing",
        "Failed to validate phase p in action backup: Required arg missing: command",
        backup={"phases": [phase("KubeTask", image="x")]},
    ),
    _denied(
        "argument-unsupported",
        "Failed to validate phase p in action backup: argument x is not supported",
        backup={"phases": [phase("KubeTask", x=1)]},
    ),
    _denied(
        "defer-phase-argument-missing",
        "Failed to validate phase d in action backup: Required arg missing: command",
        backup={"phases": [task("true")], "deferPhase": phase("KubeTask", "d", image="x")},
    ),
    _denied(
        "phase-name-twice",
        "Failed to validate: Duplicated phase name is not allowed. Violating phase 'p'",
        backup={"phases": [task("true")]},
        restore={"phases": [task("true")]},
    ),
    _denied(
        "label-value-is-a-template",
        "Failed to validate phase p in action backup: …",
        backup={"phases": [_labelled(a="{{ .Time }}")]},
    ),
]
