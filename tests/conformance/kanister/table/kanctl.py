"""6.1: what `kanctl create actionset --from` makes of a complete ActionSet."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, Object, configmap, on, secret, task

_BLUEPRINT = {
    "backup": {
        "outputArtifacts": {"dump": {"keyValue": {"path": "{{ .Phases.p.Output.path }}"}}},
        "phases": [task("kando output path a/b")],
    },
    "restore": {"inputArtifactNames": ["dump"], "phases": [task("sleep 600")]},
}
_REF = {"name": "given", "namespace": "<ns>"}
_CHILD: Object = {
    "name": "restore",
    "blueprint": "<id>",
    "object": {"kind": "statefulset", "name": "db", "namespace": "<ns>"},
    "artifacts": {"dump": {"keyValue": {"path": "a/b"}}},
    "options": {"kept": "1", "both": "parent"},
    "secrets": {"s": _REF},
    "configMaps": {"c": _REF},
}


def _case(name: str, flags: list[str], child: dict[str, Any]) -> Case:
    parent = on(
        options={"kept": "1", "both": "parent"},
        secrets={"s": _REF},
        configMaps={"c": _REF},
        podLabels={"a": "1"},
        podAnnotations={"a": "1"},
        podOverride={"terminationGracePeriodSeconds": 7},
        preferredVersion="v0.0.0",
    )
    return Case(
        name,
        "6.1, 11.15",
        _BLUEPRINT,
        Expect("running", spec={"actions": [{**_CHILD, **child}]}),
        [parent],
        (secret("given", k="v"), configmap("given", k="v")),
        kanctl=["--action", "restore", "--from", "<id>", *flags],
    )


CASES = [
    _case("kanctl-from", [], {}),
    _case(
        "kanctl-from-merges-options",
        ["--options", "both=child,fresh=2"],
        {"options": {"kept": "1", "both": "child", "fresh": "2"}},
    ),
    _case(
        "kanctl-from-other-object",
        ["--namespacetargets", "<ns>"],
        {"object": {"kind": "namespace", "name": "<ns>", "namespace": "<ns>"}},
    ),
    _case(
        "kanctl-from-pod-labels-are-flags",
        ["--podlabels", "b=2", "--podannotations", "c=3"],
        {"podLabels": {"b": "2"}, "podAnnotations": {"c": "3"}},
    ),
]
