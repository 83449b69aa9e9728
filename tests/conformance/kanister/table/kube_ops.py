"""4.5: KubeOps."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, configmap, on, phase


def _case(name: str, expect: Expect, *objects: Any, **args: Any) -> Case:
    body = phase("KubeOps", **args)
    return Case(name, "4.5", {"backup": {"phases": [body]}}, expect, [on()], objects)


def _fails(name: str, message: str, *objects: Any, **args: Any) -> Case:
    expect = Expect("failed", error=f"null: {message}", phases=["p failed"], pods=[])
    return _case(name, expect, *objects, **args)


_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\ndata: {a: b}\n"
_MADE = ("v1", "configmaps", "ConfigMap", "made")
_REFERENCE = {"apiVersion": "v1", "resource": "configmaps", "name": "made", "namespace": "<ns>"}
_OUTPUT = {
    "apiVersion": "v1",
    "group": "",
    "resource": "configmaps",
    "kind": "",
    "name": "made",
    "namespace": "<ns>",
}
CASES = [
    _case(
        "KubeOps-create",
        Expect("complete", outputs={"p": _OUTPUT}, present=[_MADE]),
        operation="create",
        namespace="<ns>",
        spec=_MAP,
    ),
    _case(
        "KubeOps-create-several",
        Expect(
            "complete",
            outputs={"p": {**_OUTPUT, "name": "last"}},
            present=[_MADE, ("v1", "configmaps", "ConfigMap", "last")],
        ),
        operation="create",
        spec=_MAP.replace("{name: made}", "{name: made, namespace: <ns>}")
        + "---\n"
        + _MAP.replace("made", "last"),
    ),
    _case(
        "KubeOps-delete",
        Expect("complete", outputs={"p": _OUTPUT}, absent=[_MADE]),
        configmap("made"),
        operation="delete",
        objectReference=_REFERENCE,
    ),
    _case(
        "KubeOps-patch",
        Expect("complete", outputs={"p": _OUTPUT}),
        configmap("made", a="b"),
        operation="patch",
        objectReference=_REFERENCE,
        spec="data: {a: c}",
    ),
    _fails("KubeOps-bad-argument", "invalid operation 'scale'", operation="scale", spec=_MAP),
    _fails(
        "KubeOps-create-nothing",
        "…spec cannot be empty for create operation",
        operation="create",
        spec="",
    ),
    _fails(
        "KubeOps-patch-nothing",
        "…spec cannot be empty for patch operation",
        configmap("made"),
        operation="patch",
        objectReference=_REFERENCE,
        spec="",
    ),
    _fails(
        "KubeOps-fails-to-create-what-is-there",
        '…configmaps "made" already exists',
        configmap("made"),
        operation="create",
        namespace="<ns>",
        spec=_MAP,
    ),
    _fails(
        "KubeOps-fails-to-delete-what-is-gone",
        '…configmaps "made" not found',
        operation="delete",
        objectReference=_REFERENCE,
    ),
    _fails(
        "KubeOps-delete-nothing-named",
        "…missing one or more required fields name/…",
        operation="delete",
        objectReference={"apiVersion": "v1", "resource": "configmaps"},
    ),
    _fails(
        "KubeOps-not-yaml",
        "…",
        operation="create",
        namespace="<ns>",
        spec="{ [",
    ),
    _fails(
        "KubeOps-unknown-kind",
        "…",
        operation="create",
        namespace="<ns>",
        spec="apiVersion: nowhere.example/v1\nkind: Thing\nmetadata: {name: x}\n",
    ),
]
