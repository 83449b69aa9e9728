"""2.5 (phases and deferPhase), 2.7, 2.8: what phases leave in status and events."""

from __future__ import annotations

from tests.conformance.kanister.case import Case, Expect, on, phase, secret, task

_TWO = {"backup": {"phases": [task("echo oops; exit 3", "a"), task("true", "b")]}}
_FAILED = (
    '{"pod":"kanister-job-…"}: Failed while waiting for Pod to complete: '
    "Pod failed to complete in time: …"
)
CASES = [
    Case(
        "failure-leaves-later-phases-pending",
        "2.5, 12.2",
        _TWO,
        Expect(
            "failed",
            error=f"{_FAILED}oops…",
            phases=["a failed", "b pending"],
            running="",
            events=[
                "Normal Started Action: Executing action backup",
                "Normal Started Phase: Executing phase a",
                "Warning ActionSetFailed Action: backup: Failed to execute phase: …",
            ],
        ),
        [on()],
    ),
    Case(
        "percentage-stays-after-failure",
        "2.8, 12.1",
        {"backup": {"phases": [task("true", "a"), task("exit 1", "b")]}},
        Expect("failed", phases=["a complete", "b failed"], percent="50", running=""),
        [on()],
    ),
    Case(
        "defer-phase-after-success",
        "2.5",
        {
            "backup": {
                "outputArtifacts": {"o": {"keyValue": {"k": "{{ .DeferPhase.Output.d }}"}}},
                "phases": [task("kando output k v", "a")],
                "deferPhase": task("kando output d {{ .Phases.a.Output.k }}-too", "last"),
            }
        },
        Expect(
            "complete",
            phases=["a complete"],
            deferred="complete",
            outputs={"a": {"k": "v"}, "deferPhase": {"d": "v-too"}},
            artifacts={"o": {"keyValue": {"k": "v-too"}}},
            running="",
            events=[
                "Normal Started Action: Executing action backup",
                "Normal Started Phase: Executing phase a",
                "Normal Ended Phase: Completed phase a",
                "Normal Started deferPhase: Executing deferPhase last",
                "Normal Ended deferPhase: Completed deferPhase last",
                "Normal Update Complete: Updated ActionSet '<id>' Status->complete",
            ],
        ),
        [on()],
    ),
    Case(
        "defer-phase-rescues-nothing",
        "2.5, 11.3",
        {"backup": {"phases": [task("exit 1", "a")], "deferPhase": task("true", "last")}},
        Expect(
            "failed", error=f"{_FAILED}", phases=["a failed"], deferred="complete", running="last"
        ),
        [on()],
    ),
    Case(
        "defer-phase-failure-overwrites-the-message",
        "2.5, 2.7",
        {
            "backup": {
                "phases": [task("exit 1", "a")],
                "deferPhase": task("echo {{ .Phases.a.Output.k }}", "last"),
            }
        },
        Expect(
            "failed",
            error='Failed to render template: "k" not found',
            phases=["a failed"],
            deferred="failed",
            running="last",
        ),
        [on()],
    ),
    Case(
        "defer-phase-failure-fails-the-action",
        "2.5, 2.7",
        {"backup": {"phases": [task("true", "a")], "deferPhase": task("exit 1", "last")}},
        Expect(
            "failed",
            error="Failed while waiting for Pod to complete: Pod failed to complete in time: …",
            phases=["a complete"],
            deferred="failed",
            percent="100",
        ),
        [on()],
    ),
    Case(
        "phase-secret-missing",
        "2.11.9",
        {
            "backup": {
                "phases": [
                    task("true", "a"),
                    {
                        **task("true", "b"),
                        "objects": {"s": {"kind": "Secret", "name": "gone", "namespace": "<ns>"}},
                    },
                ]
            }
        },
        Expect(
            "failed",
            error='…secrets "gone" not found',
            phases=["a complete", "b failed"],
            percent="50",
        ),
        [on()],
    ),
    Case(
        "phase-secret-is-fetched-when-reached",
        "3.4, 11.2",
        {
            "backup": {
                "phases": [
                    phase(
                        "KubeOps",
                        "make",
                        operation="create",
                        namespace="<ns>",
                        spec="apiVersion: v1\nkind: Secret\nmetadata: {name: late}\n"
                        "stringData: {word: hello}\n",
                    ),
                    {
                        **task(
                            'kando output w "{{ index .Phases.use.Secrets.s.Data "word" '
                            '| toString }}"',
                            "use",
                        ),
                        "objects": {"s": {"kind": "Secret", "name": "late", "namespace": "<ns>"}},
                    },
                ]
            }
        },
        Expect("complete", outputs={"use": {"w": "hello"}}),
        [on()],
    ),
    Case(
        "objects-of-other-kinds-are-ignored",
        "3.4",
        {
            "backup": {
                "phases": [
                    {
                        **task("true"),
                        "objects": {"x": {"kind": "Pod", "name": "gone", "namespace": "<ns>"}},
                    }
                ]
            }
        },
        Expect("complete", phases=["p complete"]),
        [on()],
    ),
    Case(
        "configmap-of-a-phase",
        "3.4",
        {
            "backup": {
                "phases": [
                    {
                        **task("kando output w {{ .Phases.p.ConfigMaps.c.Data.word }}"),
                        "objects": {
                            "c": {"kind": "ConfigMap", "name": "words", "namespace": "<ns>"}
                        },
                    }
                ]
            }
        },
        Expect("complete", outputs={"p": {"w": "hello"}}),
        [on()],
        (
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "words"},
                "data": {"word": "hello"},
            },
        ),
    ),
    Case(
        "defer-phase-objects",
        "3.4, 11.3",
        {
            "backup": {
                "phases": [task("true", "a")],
                "deferPhase": {
                    **task(
                        'kando output w "{{ index .DeferPhase.Secrets.s.Data "word" | toString }}"',
                        "last",
                    ),
                    "objects": {"s": {"kind": "Secret", "name": "creds", "namespace": "<ns>"}},
                },
            }
        },
        Expect("complete", deferred="complete", outputs={"deferPhase": {"w": "hello"}}),
        [on()],
        (secret("creds", word="hello"),),
    ),
    Case(
        "phases-of-one-name",
        "2.11.11",
        {
            "backup": {
                "phases": [
                    phase("KubeOps", "same", operation="create", spec="{}"),
                    task("true", "same"),
                ]
            }
        },
        Expect(
            "failed",
            error="null: Required args missing for function KubeOps: …: operation",
            phases=["same failed", "same pending"],
        ),
        [on()],
    ),
    Case(
        "blueprint-deleted-while-running",
        "2.9",
        {"backup": {"phases": [task("sleep 2", "a"), task("kando output k v", "b")]}},
        Expect("complete", phases=["a complete", "b complete"], outputs={"b": {"k": "v"}}),
        [on()],
        during="delete blueprint",
    ),
    Case(
        "phase-names-twice-in-a-blueprint",
        "7, 11.16",
        {"backup": {"phases": [task("true")]}, "restore": {"phases": [task("true")]}},
        Expect("complete", phases=["p complete"]),
        [on()],
    ),
    Case(
        "deleted-while-running-with-a-defer-phase",
        "2.9",
        {
            "backup": {
                "phases": [task("sleep 600", "a"), task("true", "b")],
                "deferPhase": phase(
                    "KubeOps",
                    "last",
                    operation="create",
                    namespace="<ns>",
                    spec="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\n",
                ),
            }
        },
        Expect(
            "gone",
            events=[
                "Normal Started Action: Executing action backup",
                "Normal Started Phase: Executing phase a",
                "Warning ActionSetFailed Action: backup: Failed to update phase: …",
                "Normal Started deferPhase: Executing deferPhase last",
                "Warning ActionSetFailed Action: backup: Failed to update defer phase: …",
            ],
            pods=["kanister-job-…"],
            absent=[("v1", "configmaps", "ConfigMap", "made")],
        ),
        [on()],
        during="delete",
    ),
    Case(
        "deleted-while-running",
        "2.9, 11.14",
        {"backup": {"phases": [task("sleep 600", "a")]}},
        Expect("gone", pods=["kanister-job-…"]),
        [on()],
        during="delete",
    ),
]
