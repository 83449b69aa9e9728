"""2.5 (a to c) and the failure matrix's rows on launching."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, Object, on, phase, secret, task

_BLUEPRINT = {"backup": {"phases": [task("true", "a"), task("true", "b")]}}


def _profile(name: str, credential: Object) -> Object:
    return {
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "Profile",
        "metadata": {"name": name},
        "location": {"type": "s3Compliant", "bucket": "b"},
        "credential": credential,
    }


def _pair(name: str, ident: str = "id", key: str = "key") -> Object:
    where = {"name": name, "namespace": "<ns>"}
    return {"type": "keyPair", "keyPair": {"idField": ident, "secretField": key, "secret": where}}


def _fails(
    name: str,
    message: str,
    blueprint: Any = _BLUEPRINT,
    objects: tuple[Object, ...] = (),
    phases: tuple[str, ...] = ("a failed", "b pending"),
    row: str = "",
    **fields: Any,
) -> Case:
    return Case(
        name,
        f"2.5, 2.11.{row}" if row else "2.5",
        blueprint,
        Expect(
            "failed",
            error=message,
            phases=phases,
            running="",
            events=[
                "Normal Started Action: Executing action backup",
                f"Warning ActionSetFailed Action: backup: Failed to launch Action <id>: {message}",
            ],
            pods=[],
        ),
        [on(**fields)],
        objects,
    )


_PROFILE = {"name": "p", "namespace": "<ns>"}
CASES = [
    Case(
        "blueprint-deleted-before-launch",
        "2.11.3",
        None,
        Expect(
            "failed",
            error='Failed to query blueprint: blueprints.cr.kanister.io "<id>" not found',
            phases=["p pending"],
            running="",
            events=[
                "Warning Error: Could not get blueprint: Failed to query blueprint: "
                'blueprints.cr.kanister.io "<id>" not found'
            ],
            pods=[],
        ),
        [on()],
        status={
            "state": "pending",
            "actions": [
                {
                    "name": "backup",
                    "blueprint": "<id>",
                    "object": {"kind": "statefulset", "name": "db", "namespace": "<ns>"},
                    "phases": [{"name": "p", "state": "pending"}],
                }
            ],
        },
    ),
    _fails(
        "function-unknown",
        "Requested function {kubeTask} has not been registered",
        {"backup": {"phases": [task("true", "a"), phase("kubeTask", "b")]}},
        row="4",
    ),
    _fails(
        "function-unknown-in-defer-phase",
        "Requested function {Nope} has not been registered",
        {"backup": {"phases": [task("true", "a")], "deferPhase": phase("Nope", "d")}},
        phases=("a failed",),
        row="4",
    ),
    _fails("profile-missing", 'profiles.cr.kanister.io "p" not found', profile=_PROFILE, row="5"),
    _fails(
        "profile-secret-missing",
        '…secrets "s" not found',
        objects=(_profile("p", _pair("s")),),
        profile=_PROFILE,
        row="6",
    ),
    _fails(
        "profile-secret-lacks-id",
        "Key 'id' not found in secret '<ns>:s'",
        objects=(_profile("p", _pair("s")), secret("s", key="v")),
        profile=_PROFILE,
        row="6",
    ),
    _fails(
        "profile-secret-lacks-key",
        "Value 'key' not found in secret '<ns>:s'",
        objects=(_profile("p", _pair("s")), secret("s", id="v")),
        profile=_PROFILE,
        row="6",
    ),
    _fails(
        "workload-missing",
        '…statefulsets.apps "gone" not found',
        object={"kind": "statefulset", "name": "gone", "namespace": "<ns>"},
        row="8",
    ),
    _fails(
        "action-secret-missing",
        '…secrets "gone" not found',
        secrets={"s": {"name": "gone", "namespace": "<ns>"}},
    ),
    _fails(
        "action-configmap-missing",
        '…configmaps "gone" not found',
        configMaps={"c": {"name": "gone", "namespace": "<ns>"}},
    ),
    _fails(
        "object-missing",
        "could not fetch object name: gone, namespace: <ns>, group: …, version: v1, "
        "resource: configmaps…",
        object={"apiVersion": "v1", "resource": "configmaps", "name": "gone", "namespace": "<ns>"},
    ),
    _fails(
        "preferred-version-unreadable",
        "Failed to get function version: Failed to parse function version {new}: …",
        preferredVersion="new",
    ),
    _fails(
        "objects-see-no-phases",
        'Failed to render template: "a" not found',
        {
            "backup": {
                "phases": [
                    task("true", "a"),
                    {
                        **task("true", "b"),
                        "objects": {
                            "s": {
                                "kind": "Secret",
                                "name": "{{ .Phases.a.Output.k }}",
                                "namespace": "<ns>",
                            }
                        },
                    },
                ]
            }
        },
    ),
    Case(
        "preferred-version-unknown",
        "2.10",
        {"backup": {"phases": [task("true")]}},
        Expect("complete", phases=["p complete"]),
        [on(preferredVersion="v9.9.9")],
    ),
    Case(
        "no-profile",
        "2.11.7, 12.4",
        {"backup": {"phases": [task("kando output profile '{{ toJson .Profile }}'")]}},
        Expect("complete", outputs={"p": {"profile": "null"}}),
        [on()],
    ),
    Case(
        "no-profile-field",
        "2.11.7",
        {"backup": {"phases": [task("echo {{ .Profile.Location.Bucket }}")]}},
        Expect("failed", error="null: …nil pointer evaluating …", phases=["p failed"], pods=[]),
        [on()],
    ),
    Case(
        "actions-run-beside-each-other",
        "2.5, 11.12",
        {
            "one": {"phases": [task("sleep 2", "a")]},
            "two": {"phases": [task("true", "b")]},
        },
        Expect(
            "complete",
            phases=["a complete", "b complete"],
            events=[
                "Normal Started Action: Executing action one",
                "Normal Started Action: Executing action two",
                "Normal Started Phase: Executing phase …",
                "Normal Started Phase: Executing phase …",
                "Normal Ended Phase: Completed phase b",
                "Normal Ended Phase: Completed phase a",
                "Normal Update Complete: Updated ActionSet '<id>' Status->complete",
            ],
        ),
        [on("one"), on("two")],
    ),
    Case(
        "launch-failure-stops-later-actions",
        "2.5",
        {"backup": {"phases": [task("true", "a")]}, "never": {"phases": [task("true", "b")]}},
        Expect(
            "failed",
            error='…statefulsets.apps "gone" not found',
            phases=["a failed", "b pending"],
            pods=[],
        ),
        [
            on(object={"kind": "statefulset", "name": "gone", "namespace": "<ns>"}),
            on("never"),
        ],
    ),
]
