"""3: what templates see."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, configmap, on, secret, task


def _value(name: str, rule: str, template: str, value: str, *objects: Any, **fields: Any) -> Case:
    """A template whose text must be `value`."""
    return Case(
        name,
        rule,
        {"backup": {"phases": [task(f"kando output k '{template}'")]}},
        Expect("complete", outputs={"p": {"k": value}}),
        [on(**fields)],
        objects,
    )


def _fails(name: str, rule: str, template: str, message: str, **fields: Any) -> Case:
    return Case(
        name,
        rule,
        {"backup": {"phases": [task(f"echo '{template}'")]}},
        Expect("failed", error=f"null: {message}", phases=["p failed"], pods=[]),
        [on(**fields)],
    )


_NS = {"kind": "namespace", "name": "<ns>", "namespace": "<ns>"}
CASES = [
    _value("options", "2.10", "{{ .Options.x }}", "y", options={"x": "y"}),
    _fails(
        "options-missing", "12.4", "{{ .Options.x }}", 'Failed to render template: "x" not found'
    ),
    _value("options-indexed", "12.4", 'a{{ index .Options "x" }}b', "ab", options={"y": "z"}),
    _value("namespace-name", "3.2, 11.4", "{{ .Namespace.Name }}", "<ns>", object=_NS),
    _value(
        "namespace-name-is-the-namespace",
        "3.2, 11.4",
        "{{ .Namespace.Name }}/{{ .Object.metadata.name }}",
        "elsewhere/<ns>",
        object={**_NS, "namespace": "elsewhere"},
    ),
    _value("object", "3.1", "{{ .Object.spec.serviceName }}", "db"),
    _value("label-missing", "12.4", 'a{{ index .Object.metadata.labels "x/y" }}b', "a<no value>b"),
    _value("no-pods", "3.2, 12.4", "{{ len .StatefulSet.Pods }}", "0"),
    _fails("no-pod-to-index", "3.2", "{{ index .StatefulSet.Pods 0 }}", "…index out of range…"),
    _fails("other-kind", "12.4", "{{ .Deployment.Name }}", "…nil pointer evaluating …"),
    _fails("unknown-field", "3.5", "{{ .Nope }}", "…can't evaluate field Nope in type …"),
    _fails("unknown-function", "3.5", "{{ fromJson `{}` }}", '…function "fromJson" not defined…'),
    _fails(
        "fips",
        "3.6",
        "{{ derivePassword 1 `long` `a` `b` `c` }}",
        "…sprig usage of 'derivePassword' is not allowed by kanister as it is not FIPS compatible…",
    ),
    _fails("later-phase", "12.4", "{{ .Phases.later.Output.k }}", '…"later" not found'),
    _value(
        "secret-bytes",
        "3.5, 12.4",
        "{{ .Secrets.s.Data.pw }}",
        "[97 98]",
        secret("s", pw="ab"),
        secrets={"s": {"name": "s", "namespace": "<ns>"}},
    ),
    _value(
        "secret-text",
        "12.4",
        '{{ index .Secrets.s.Data "pw" | toString }}',
        "ab",
        secret("s", pw="ab"),
        secrets={"s": {"name": "s", "namespace": "<ns>"}},
    ),
    _value(
        "configmap",
        "3.2",
        "{{ .ConfigMaps.c.Data.k }}",
        "v",
        configmap("c", k="v"),
        configMaps={"c": {"name": "c", "namespace": "<ns>"}},
    ),
    _value(
        "other-kinds-have-only-object",
        "3.1, 12.5",
        "{{ .Object.data.k | b64dec }}",
        "v",
        secret("s", k="v"),
        object={"apiVersion": "v1", "resource": "secrets", "name": "s", "namespace": "<ns>"},
    ),
    _value(
        "date-of-a-text-is-now",
        "3.6, 11.13",
        '{{ eq (now | date "2006") ("1999-01-01T00:00:00Z" | date "2006") }}',
        "true",
    ),
    _value(
        "date-of-a-time",
        "3.6",
        '{{ toDate "2006-01-02" "1999-12-31" | date "2006-01" }}',
        "1999-12",
    ),
    Case(
        "numbers-pass-templates-do-not",
        "3.5, 11.11",
        {
            "backup": {
                "phases": [
                    {
                        "func": "ScaleWorkload",
                        "name": "p",
                        "args": {"replicas": "{{ 0 }}", "waitForReady": "false"},
                    }
                ]
            }
        },
        Expect("complete", outputs={"p": {"originalReplicaCount": 0}}, replicas=0),
        [on()],
    ),
    Case(
        "map-keys-are-templates",
        "3.5",
        {
            "backup": {
                "phases": [
                    {
                        **task("true"),
                        "args": {
                            **task("true")["args"],
                            "podLabels": {"{{ .StatefulSet.Name }}-x": "{{ .StatefulSet.Name }}"},
                        },
                    }
                ]
            }
        },
        Expect("complete", pods=["kanister-job-… labels.db-x=db"]),
        [on()],
    ),
]
