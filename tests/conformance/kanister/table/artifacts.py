"""2.6: output artifacts, and what came with the ActionSet."""

from __future__ import annotations

from tests.conformance.kanister.case import Case, Expect, on, task

_RAW = {"o": {"keyValue": {"k": "{{ .Phases.p.Output.gone }}"}}}
CASES = [
    Case(
        "artifacts-rendered-at-the-end",
        "2.6, 3.4",
        {
            "backup": {
                "outputArtifacts": {
                    "o": {"keyValue": {"{{ .Time }}": "{{ .Phases.p.Output.k }}"}},
                    "s": {"kopiaSnapshot": "{{ .Phases.p.Output.k }}"},
                },
                "phases": [task("kando output k v")],
            }
        },
        Expect(
            "complete",
            artifacts={"o": {"keyValue": {"{{ .Time }}": "v"}}, "s": {"kopiaSnapshot": "v"}},
        ),
        [on()],
    ),
    Case(
        "artifacts-fail-to-render",
        "2.6, 2.7, 11.1",
        {"backup": {"outputArtifacts": _RAW, "phases": [task("kando output k v")]}},
        Expect(
            "failed",
            error='Failed to render template: "gone" not found',
            phases=["p complete"],
            artifacts=_RAW,
            running="",
            percent="100",
            events=[
                "Normal Started Action: Executing action backup",
                "Normal Started Phase: Executing phase p",
                "Normal Ended Phase: Completed phase p",
                "Warning ActionSetFailed Action: backup: Failed to render output artifacts …",
            ],
        ),
        [on()],
    ),
    Case(
        "artifacts-stay-raw-after-a-failure",
        "2.6, 11.1",
        {"backup": {"outputArtifacts": _RAW, "phases": [task("exit 1")]}},
        Expect("failed", artifacts=_RAW),
        [on()],
    ),
    Case(
        "artifacts-in",
        "3.2",
        {"restore": {"phases": [task("kando output k {{ .ArtifactsIn.o.KeyValue.path }}")]}},
        Expect("complete", outputs={"p": {"k": "a/b"}}),
        [on("restore", artifacts={"o": {"keyValue": {"path": "a/b"}}})],
    ),
    Case(
        "artifacts-in-missing",
        "1.3, 3.5",
        {
            "restore": {
                "inputArtifactNames": ["o"],
                "phases": [task("echo {{ .ArtifactsIn.o.KeyValue.path }}")],
            }
        },
        Expect(
            "failed",
            error='null: Failed to render template: "o" not found',
            phases=["p failed"],
            pods=[],
        ),
        [on("restore")],
    ),
]
