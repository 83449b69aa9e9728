"""4.8 and 4.12: MultiContainerRun and Wait."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import IMAGE, Case, Expect, configmap, on, phase

_REFERENCE = {"apiVersion": "v1", "resource": "configmaps", "name": "c", "namespace": "<ns>"}


def _case(name: str, rule: str, phases: list[Any], expect: Expect, **more: Any) -> Case:
    return Case(name, rule, {"backup": {"phases": phases}}, expect, [on()], **more)


def _run(background: str, output: str, **args: Any) -> Any:
    return phase(
        "MultiContainerRun",
        namespace="<ns>",
        backgroundImage=IMAGE,
        backgroundCommand=["bash", "-c", background],
        outputImage=IMAGE,
        outputCommand=["bash", "-c", output],
        **args,
    )


def _wait(timeout: Any, condition: str) -> Any:
    return phase(
        "Wait",
        timeout=timeout,
        conditions={"allOf": [{"condition": condition, "objectReference": _REFERENCE}]},
    )


_MAP = (configmap("c", ready="yes"),)
CASES = [
    _case(
        "MultiContainerRun-output",
        "4.8",
        [
            _run(
                "echo hello > /tmp/word",
                "until test -s /tmp/word; do sleep 0.1; done; kando output k $(cat /tmp/word)",
            )
        ],
        Expect(
            "complete",
            outputs={"p": {"k": "hello"}},
            pods=["kanister-job-… labels.createdBy=kanister"],
        ),
    ),
    _case(
        "MultiContainerRun-fails",
        "4.8",
        [_run("exit 3", "true")],
        Expect("failed", phases=["p failed"], pods=["kanister-job-…"]),
    ),
    _case(
        "MultiContainerRun-bad-argument",
        "4.8",
        [_run("true", "true", sharedVolumeSizeLimit="much")],
        Expect("failed", phases=["p failed"], pods=[]),
    ),
    _case(
        "Wait-succeeds",
        "4.12",
        [_wait("20s", '{{ if eq "{ $.data.ready }" "yes" }}true{{ end }}')],
        Expect("complete", phases=["p complete"], outputs={"p": None}),
        objects=_MAP,
    ),
    _case(
        "Wait-fails",
        "4.12",
        [_wait("300ms", '{{ if eq "{ $.data.ready }" "no" }}true{{ end }}')],
        Expect("failed", error="…context deadline exceeded…", phases=["p failed"]),
        objects=_MAP,
    ),
    _case(
        "Wait-fails-at-a-missing-field",
        "4.12",
        [_wait("300ms", '{{ if eq "{ $.data.gone }" "yes" }}true{{ end }}')],
        Expect("failed", error="…gone is not found…context deadline exceeded", phases=["p failed"]),
        objects=_MAP,
    ),
    _case(
        "Wait-bad-argument",
        "4.12",
        [_wait("soon", "true")],
        Expect("failed", phases=["p failed"]),
        objects=_MAP,
    ),
]
