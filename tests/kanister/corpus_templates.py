"""Renders every template of every Blueprint: `python -m tests.kanister.corpus_templates`.

Parameters are plausible ones: the workload kinds that a Blueprint's templates ask for, every
artifact, option and Secret key that they name, outputs of the phases before.  What fails then
fails in Kanister, too.  The folder: KANISTER_TEST_CORPUS, else one beside the repository.
"""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pytest_kanister._kanister.params import ParamsError, TemplateParams, render_text

__all__ = ["CORPUS", "Row", "rows"]

BESIDE = Path(__file__).parents[3] / "shared" / "corpus" / "blueprints"
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", BESIDE))
Object = dict[str, Any]

_NAME = r"([A-Za-z0-9_]+)"
_LABEL_NAMES = (
    "app",
    "release",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/component",
    "app.kubernetes.io/name",
    "cluster-name",
)
_LABELS = dict.fromkeys(_LABEL_NAMES, "thing")
_WORKLOADS = ("StatefulSet", "Deployment", "DeploymentConfig")
_SELF_RENDERING = ("Wait", "WaitV2")


@dataclass(frozen=True)
class Row:
    """One template: where it is, and Go's error; empty: it renders."""

    file: str
    action: str
    place: str
    error: str


def rows(corpus: Path = CORPUS) -> Iterator[Row]:
    """Every template of every Blueprint."""
    for path in sorted([*corpus.rglob("*.yaml"), *corpus.rglob("*.yml")]):
        try:
            documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        except yaml.YAMLError:
            continue  # a Helm chart's template, which is no YAML before Helm has rendered it
        for document in documents:
            if isinstance(document, dict) and document.get("kind") == "Blueprint":
                file = str(path.relative_to(corpus))
                for name, action in document["actions"].items():
                    yield from _Action(file, name, action).rows()


class _Action:
    """One action, rendered in the order in which Kanister would."""

    def __init__(self, file: str, name: str, action: Object) -> None:
        self._file = file
        self._name = name
        self._action = action
        self._text = "\n".join(text for _, text in _texts(action, ""))
        self._plain = _parameters(self._text)

    def rows(self) -> Iterator[Row]:
        """Objects of all phases, then each phase's args, artifacts at the end."""
        phases = self._action.get("phases") or []
        deferred = self._action.get("deferPhase")
        for phase in [*phases, *([deferred] if deferred else [])]:
            yield from self._rendered(phase.get("objects"), f"{phase.get('name', '')}.objects")
        for phase in phases:
            name = phase.get("name", "")
            self._plain["Phases"] = {**self._plain["Phases"], name: self._phase(phase, name)}
            yield from self._args(phase, name)
            outputs = _named(self._text, rf"\.Phases\.{re.escape(name)}\.Output\.{_NAME}")
            self._plain["Phases"][name]["Output"] = dict.fromkeys(outputs, "1") or None
        if deferred:
            self._plain["DeferPhase"] = self._phase(deferred, "")
            yield from self._args(deferred, "deferPhase")
            outputs = _named(self._text, rf"\.DeferPhase\.Output\.{_NAME}")
            self._plain["DeferPhase"]["Output"] = dict.fromkeys(outputs, "1") or None
        yield from self._rendered(self._action.get("outputArtifacts"), "outputArtifacts")

    def _args(self, phase: Object, name: str) -> Iterator[Row]:
        if phase.get("func") not in _SELF_RENDERING:
            yield from self._rendered(phase.get("args"), f"{name}.args")

    def _phase(self, phase: Object, name: str) -> Object:
        owner = rf"\.Phases\.{re.escape(name)}" if name else r"\.DeferPhase"
        secrets: Object = {}
        for ref, where in (phase.get("objects") or {}).items():
            if (where.get("kind") or "").lower() == "secret":
                keys = _keys(self._text, rf"{owner}\.Secrets\.{re.escape(ref)}\.Data")
                secrets[ref] = {"Data": {key: _bytes("word") for key in keys}}
        return {"Secrets": secrets, "ConfigMaps": {}, "Output": None}

    def _rendered(self, tree: Any, place: str) -> Iterator[Row]:
        params = TemplateParams(self._plain)
        for where, text in _texts(tree, place):
            if "{{" not in text:
                continue
            error = ""
            try:
                render_text(text, params)
            except ParamsError as failure:
                error = getattr(failure, "go_text", str(failure))
            yield Row(self._file, self._name, where, error)


def _texts(tree: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield place, tree
    elif isinstance(tree, dict):
        for key, inner in tree.items():
            yield from _texts(inner, f"{place}.{key}")
    elif isinstance(tree, list):
        for index, inner in enumerate(tree):
            yield from _texts(inner, f"{place}[{index}]")


def _named(text: str, pattern: str) -> list[str]:
    return sorted(set(re.findall(pattern, text)))


def _keys(text: str, owner: str) -> list[str]:
    """Keys of a map that templates read by field or by `index`."""
    return _named(text, rf"{owner}\.{_NAME}") + _named(text, rf'{owner} "([^"]+)"')


def _bytes(text: str) -> Object:
    return {"$bytes": base64.b64encode(text.encode()).decode()}


def _parameters(text: str) -> Object:
    workload = {
        "Name": "thing",
        "Namespace": "space",
        "Pods": [f"thing-{number}" for number in range(3)],
        "Containers": [["main"]] * 3,
        "PersistentVolumeClaims": {
            f"thing-{number}": {f"data-thing-{number}": "/data"} for number in range(3)
        },
    }
    artifacts: Object = {}
    for artifact, key in set(re.findall(rf"\.ArtifactsIn\.{_NAME}\.KeyValue\.{_NAME}", text)):
        artifacts.setdefault(artifact, {"KeyValue": {}})["KeyValue"][key] = "a/b"
    for artifact in set(re.findall(rf"\.ArtifactsIn\.{_NAME}\.KopiaSnapshot", text)):
        artifacts.setdefault(artifact, {})["KopiaSnapshot"] = '{"id":"1"}'
    plain: Object = {
        "ArtifactsIn": artifacts,
        "Time": "2026-08-21T22:01:00.123456789Z",
        "Options": dict.fromkeys(_keys(text, r"\.Options"), "1"),
        "Phases": {},
        "Profile": {
            "Location": {
                "Type": "s3Compliant",
                "Bucket": "bucket",
                "Endpoint": "http://store:9000",
                "Prefix": "",
                "Region": "us-east-1",
            },
            "Credential": {
                "Type": "keyPair",
                "KeyPair": {"ID": "id", "Secret": "key"},
            },
            "SkipSSLVerify": False,
        },
        "Secrets": {
            ref: {"Data": {key: _bytes("word") for key in _keys(text, rf"\.Secrets\.{ref}\.Data")}}
            for ref in _named(text, rf"(?<!\.)\.Secrets\.{_NAME}")
        },
        "ConfigMaps": {
            ref: {"Data": dict.fromkeys(_keys(text, rf"\.ConfigMaps\.{ref}\.Data"), "word")}
            for ref in _named(text, rf"\.ConfigMaps\.{_NAME}")
        },
        "Object": {
            "metadata": {
                "name": "thing",
                "namespace": "space",
                "labels": _LABELS,
                "annotations": {},
                "uid": "u",
            },
            "spec": {
                "clusterName": "thing",
                "nodeSets": [{"name": "set", "count": 3}],
                "security": {"adminSecret": "thing"},
                "serviceName": "thing",
                "template": {
                    "spec": {
                        "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]
                    }
                },
            },
            "data": dict.fromkeys(_keys(text, r"\.Object\.data"), "word"),
        },
    }
    for kind in _WORKLOADS:
        if f".{kind}." in text:
            plain[kind] = workload
    if ".PVC." in text:
        plain["PVC"] = {"Name": "thing", "Namespace": "space"}
    if ".Namespace." in text:
        plain["Namespace"] = {"Name": "space", "Namespace": "space"}
    return plain


def main() -> int:
    """Prints the table; exit status 1 when there is no corpus."""
    if not CORPUS.is_dir():
        print(f"no Blueprints at {CORPUS}: say where they are with KANISTER_TEST_CORPUS")
        return 1
    found = list(rows())
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in found:
        groups.setdefault((row.file, row.action), []).append(row)
    width = max(len(file) for file, _ in groups)
    print(f"{'blueprint':<{width}}  {'action':<14} templates  fail")
    for (file, action), group in groups.items():
        failing = [row for row in group if row.error]
        print(f"{file:<{width}}  {action:<14} {len(group):9}  {len(failing):4}")
        for row in failing:
            print(f"    {row.place}: {row.error}")
    bad = sum(bool(row.error) for row in found)
    print(f"{len(found)} templates, {len(found) - bad} render, {bad} fail")
    return 0


if __name__ == "__main__":
    sys.exit(main())
