"""2.2 to 2.4: what happens before anything runs."""

from __future__ import annotations

from tests.conformance.kanister.case import Case, Expect, Object, on, task

_BLUEPRINT = {"backup": {"phases": [task("true")]}}
_ODD = "Not a known object Kind %s. Action %s must specify Resource name and API version"


def _refused(name: str, message: str, reason: str, action: Object, *, there: bool = True) -> Case:
    doing, row = ("initial action", 2) if name == "action-missing" else ("blueprint", 1)
    return Case(
        name,
        f"2.4, 2.11.{row}",
        _BLUEPRINT if there else None,
        Expect(
            "failed",
            error=message,
            phases=[],
            running="",
            events=[f"Warning {reason}: Could not get {doing}: {message}"],
            pods=[],
        ),
        [action],
    )


def _without_status(name: str, actions: list[Object] | None, *log: str) -> Case:
    return Case(
        name,
        "2.2, 2.3, 11.5, 11.10",
        _BLUEPRINT,
        Expect("", events=[], pods=[], log=list(log)),
        actions,
    )


CASES = [
    _refused(
        "blueprint-not-named",
        "Blueprint is not specified for action",
        "Blueprint not specified",
        on(blueprint=""),
    ),
    _refused(
        "blueprint-missing",
        'Failed to query blueprint: blueprints.cr.kanister.io "<id>" not found',
        "Error",
        on(),
        there=False,
    ),
    _refused(
        "action-missing",
        "Action restore for object kind statefulset not found in blueprint <id>",
        "ActionSetFailed Action: restore",
        on("restore"),
    ),
    _without_status("no-spec", None, "…Spec must be non-nil…"),
    _without_status(
        "kind-unknown",
        [on(object={"kind": "Pod", "name": "db", "namespace": "<ns>"})],
        f"…{_ODD}…",
    ),
    _without_status(
        "kind-spelt-out",
        [on(object={"kind": "PersistentVolumeClaim", "name": "db", "namespace": "<ns>"})],
    ),
    _without_status("kind-empty", [on(object={"name": "db", "namespace": "<ns>"})]),
    Case(
        "kind-in-any-case",
        "2.3, 3.1",
        {"backup": {"phases": [task("kando output name {{ .StatefulSet.Name }}")]}},
        Expect("complete", phases=["p complete"], outputs={"p": {"name": "db"}}),
        [on(object={"kind": "StatefulSet", "name": "db", "namespace": "<ns>"})],
    ),
    Case(
        "no-actions",
        "2.9",
        _BLUEPRINT,
        Expect("complete", error="", phases=[], pods=[]),
        [],
    ),
    Case(
        "initial-status",
        "2.4, 12.1",
        {
            "backup": {
                "outputArtifacts": {"out": {"keyValue": {"k": "{{ .Phases.a.Output.k }}"}}},
                "phases": [task("sleep 1; kando output k v", "a"), task("true", "b")],
            }
        },
        Expect(
            "complete",
            error="",
            phases=["a complete", "b complete"],
            artifacts={"out": {"keyValue": {"k": "v"}}},
            percent="100",
            running="",
            events=[
                "Normal Started Action: Executing action backup",
                "Normal Started Phase: Executing phase a",
                "Normal Ended Phase: Completed phase a",
                "Normal Started Phase: Executing phase b",
                "Normal Ended Phase: Completed phase b",
                "Normal Update Complete: Updated ActionSet '<id>' Status->complete",
            ],
        ),
        [on()],
    ),
]
