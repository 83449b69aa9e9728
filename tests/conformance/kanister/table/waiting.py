"""4.12: WaitV2 (and Wait, where it is)."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, configmap, on, phase

_REFERENCE = {"apiVersion": "v1", "resource": "configmaps", "name": "c", "namespace": "<ns>"}
_TIMED_OUT = (
    "Failed to wait for the condition to be met: Context done while polling: "
    "context deadline exceeded"
)


def _when(template: str, **reference: str) -> dict[str, Any]:
    return {"condition": template, "objectReference": {**_REFERENCE, **reference}}


def _case(name: str, expect: Expect, timeout: str = "20s", **conditions: Any) -> Case:
    body = phase("WaitV2", timeout=timeout, conditions=conditions)
    return Case(
        name, "4.12", {"backup": {"phases": [body]}}, expect, [on()], (configmap("c", ready="yes"),)
    )


_READY = _when('{{ if eq $.data.ready "yes" }}true{{ end }}')
_NEVER = _when("{{ false }}")
CASES = [
    _case("WaitV2-any-of", Expect("complete", outputs={"p": None}), anyOf=[_NEVER, _READY]),
    _case("WaitV2-all-of", Expect("complete", phases=["p complete"]), allOf=[_READY, _READY]),
    _case(
        "WaitV2-fails",
        Expect("failed", error=f"…{_TIMED_OUT}…", phases=["p failed"]),
        "300ms",
        allOf=[_READY, _NEVER],
    ),
    _case(
        "WaitV2-object-missing",
        Expect("failed", error="…not found…"),
        "300ms",
        anyOf=[_when("true", name="gone"), _READY],
    ),
    _case(
        "WaitV2-reference-is-rendered",
        Expect("complete"),
        anyOf=[_when("true", namespace="{{ .StatefulSet.Namespace }}")],
    ),
    _case(
        "WaitV2-fails-in-the-template",
        Expect("failed", error=f"…error calling index: …{_TIMED_OUT}", phases=["p failed"]),
        "300ms",
        anyOf=[_when("{{ index .data.ready 9 }}")],
    ),
    _case("WaitV2-no-conditions", Expect("failed", error=f"…{_TIMED_OUT}"), "300ms"),
    _case(
        "WaitV2-syntax-error-is-false",
        Expect("failed", error=f"…{_TIMED_OUT}…"),
        "300ms",
        anyOf=[_when("{{ nope")],
    ),
    _case("WaitV2-bad-argument", Expect("failed", error="null: …", phases=["p failed"]), "soon"),
]
