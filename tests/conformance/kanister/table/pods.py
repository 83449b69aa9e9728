"""4.0: job pods, and what ActionSet and Blueprint say about them."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, Object, on, task


def _with(**args: Any) -> Object:
    body = task("true")
    return {**body, "args": {**body["args"], **args}}


def _case(name: str, body: Object, pod: str, rule: str = "2.10, 4.0", **fields: Any) -> Case:
    expect = Expect("complete", pods=[f"kanister-job-… {pod}"])
    return Case(name, rule, {"backup": {"phases": [body]}}, expect, [on(**fields)])


def _env(value: str) -> Object:
    return {"containers": [{"name": "container", "env": [{"name": "X", "value": value}]}]}


CASES = [
    _case("pod-labels-of-the-actionset", task("true"), "labels.a=1", podLabels={"a": "1"}),
    _case(
        "pod-labels-blueprint-wins",
        _with(podLabels={"a": "blueprint"}),
        "labels.a=blueprint labels.b=actionset",
        podLabels={"a": "actionset", "b": "actionset"},
    ),
    _case(
        "pod-annotations-blueprint-wins",
        _with(podAnnotations={"a": "blueprint"}),
        "annotations.a=blueprint annotations.b=actionset",
        podAnnotations={"a": "actionset", "b": "actionset"},
    ),
    _case(
        "pod-override-of-the-blueprint",
        _with(podOverride={"terminationGracePeriodSeconds": 7}),
        "spec.terminationGracePeriodSeconds=7",
    ),
    _case(
        "pod-override-actionset-wins",
        _with(podOverride=_env("blueprint")),
        "container.env.X=actionset",
        podOverride=_env("actionset"),
    ),
    _case(
        "pod-override-merges-the-container-by-name",
        _with(podOverride=_env("x")),
        "container.name=container container.env.X=x",
        "4.0, 11.14",
    ),
    _case(
        "pod-labels-null-are-none",
        task("true"),
        "labels.createdBy=kanister",
        "1.2, 6.1",
        podLabels=None,
        podAnnotations=None,
    ),
]
