"""The published schema: current, valid, and of one mind with the loader."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pytest_kanister._base.bundled import bundled
from pytest_kanister._report.run_report import report_schema
from pytest_kanister._scenario import load_scenarios
from pytest_kanister._scenario.schema import scenario_schema
from pytest_kanister._scenario.steps.registry import STEPS
from pytest_kanister.errors import ScenarioError

ROOT = Path(__file__).parents[2]

PUBLISHED = {
    ROOT / "scenarios" / "scenario.schema.json": scenario_schema,
    ROOT / "docs" / "report.schema.json": report_schema,
}

WHOLE: dict[str, Any] = {
    "apiVersion": "pytest-kanister/v1",
    "kind": "Scenario",
    "metadata": {"name": "a", "description": "b"},
    "spec": {
        "workload": {"kind": "mysql", "name": "m", "namespace": "n", "image": "mysql:9.7"},
        "blueprint": "b.yaml",
        "store": "seaweedfs",
        "matrix": {
            "workload": [{"image": "mysql:9.7"}, {"image": "mysql:8.4"}],
            "blueprint": ["b.yaml", "c.yaml"],
            "kanister": ["0.119.0"],
            "kubernetes": [1.33],
        },
        "options": {"mode": "full", "level": 9},
        "podOverride": {"serviceAccountName": "x"},
        "secrets": {"made": {"stringData": {"k": "v"}}, "there": {"name": "s", "namespace": "n"}},
        "configMaps": {"made": {"data": {"k": "v"}}},
        "marks": ["slow", {"xfail": "why"}, {"timeout": 60}, {"flaky": {"reruns": 2}}],
        "timeouts": {"default": 60, "backup": 120, "verifyDeleted": 3},
        "budgets": {"rtoSeconds": 30, "backupSeconds": 10.5},
        "requires": {"backend": ["embedded", "kind"], "isolation": "bubblewrap"},
        "known": [{"loss": "events", "in": "shop", "why": "no --events", "until": "2027-01-31"}],
        "unverified": [{"check": "users", "why": "the proof does not see them"}],
        "steps": [
            {"seed": "accounts"},
            {"seed": {"file": "more.sql"}},
            {"backup": {"name": "first", "options": {"a": "b"}, "timeoutSeconds": 5}},
            {"sql": {"statement": "SELECT 1", "expect": [[1, None, "x"]], "in": "source"}},
            {"snapshot": "before"},
            {"backup": None},
            {"damage": {"drop": "db"}},
            {"damage": {"artifact": "truncated", "backup": "first"}},
            {"expectFailure": {"of": {"restore": {"backup": "first"}}, "message": "gzip"}},
            {"restore": {"into": {"namespace": "other", "image": "mysql:9.7"}}},
            {"restore": {"into": "fresh", "podOverride": {"a": 1}}},
            {"snapshot": {"name": "after", "in": "restored"}},
            {"verify": {"rows": "exact", "users": "exact", "in": "restored"}},
            {"verify": {"against": "before", "extra": "none"}},
            {"apply": {"file": "job.yaml"}},
            {"apply": {"manifest": {"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}}}},
            {"wait": {"kind": "Pod", "name": "p", "until": {"condition": "Ready"}}},
            {"wait": {"kind": "Pod", "name": "p", "until": "gone", "timeoutSeconds": 3}},
            {"wait": {"kind": "Pod", "name": "p", "until": {"path": "a.b", "value": 1}}},
            {"exec": ["ls", "/"]},
            {"exec": {"command": ["ls"], "expect": {"status": 0, "stdout": "x"}, "stdin": "y"}},
            {"pause": 0.5},
            {"call": "checks.py::it"},
            {"call": {"function": "package.module:it", "arguments": {"a": 1}}},
            {"delete": {"backup": "first", "target": "namespace"}},
            {"verifyDeleted": {"allow": ["deleteMarkers"]}},
        ],
    },
}


def validator() -> Any:
    return jsonschema.Draft202012Validator(scenario_schema())


def loads(folder: Path, document: Any) -> bool:
    path = folder / "s.kanister.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    try:
        load_scenarios(path)
    except ScenarioError:
        return False
    return True


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name)
def test_the_published_schema_is_current(path: Path) -> None:
    text = json.dumps(PUBLISHED[path](), indent=2) + "\n"
    if os.environ.get("KANISTER_UPDATE_GOLDEN"):
        path.write_text(text)

    assert path.read_text() == text, "KANISTER_UPDATE_GOLDEN=1 writes it anew"


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name)
def test_it_is_a_schema(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(PUBLISHED[path]())


@pytest.mark.parametrize(
    "path", sorted(bundled("scenarios").rglob("*.kanister.yaml")), ids=lambda path: path.name
)
def test_every_bundled_file_names_it_and_keeps_to_it(path: Path) -> None:
    first, _, rest = path.read_text().partition("\n")
    marker = "# yaml-language-server: $schema="

    assert first.startswith(marker)
    assert (path.parent / first.removeprefix(marker)).resolve().name == "scenario.schema.json"
    assert (path.parent / first.removeprefix(marker)).is_file()
    for document in yaml.load_all(rest, Loader=yaml.SafeLoader):
        validator().validate(json.loads(json.dumps(document, default=str)))


def test_schema_and_loader_accept_everything_there_is(tmp_path: Path) -> None:
    validator().validate(WHOLE)
    assert loads(tmp_path, WHOLE)
    used = {word for step in WHOLE["spec"]["steps"] for word in step}
    assert used == set(STEPS)


STEP_MISTAKES: list[dict[str, Any]] = [
    {"seed": {"fil": "x"}},
    {"backup": {"nam": "x"}},
    {"backup": {"timeoutSeconds": -1}},
    {"backup": {"secrets": {"a": {"name": "b", "stringData": {}}}}},
    {"restore": {"into": "elsewhere"}},
    {"delete": {"target": "pod"}},
    {"verify": {"rows": "about"}},
    {"verifyDeleted": {"allow": ["everything"]}},
    {"damage": {}},
    {"damage": {"artifact": "odd"}},
    {"pause": "long"},
    {"exec": []},
    {"exec": {"command": ["a"], "expect": {"status": 256}}},
    {"wait": {"kind": "Pod", "name": "a", "until": "ready"}},
    {"apply": {}},
    {"call": "nothing"},
    {"sql": {"expect": [[1]]}},
    {"expectFailure": {"of": {"seed": "a"}}},
    {"expectFailure": {"message": "x"}},
    {"seed": "accounts", "backup": None},
    {"nothing": None},
]

SPEC_MISTAKES: list[dict[str, Any]] = [
    {"odd": 1},
    {"timeouts": {"bakup": 1}},
    {"budgets": {"rtoSeconds": 0}},
    {"requires": {"docker": "yes"}},
    {"matrix": {"colour": ["red"]}},
    {"known": [{"loss": "events", "why": "x"}]},
    {"unverified": [{"check": "users"}]},
    {"marks": [{"a": 1, "b": 2}]},
    {"workload": {"kind": "mysql"}},
]


@pytest.mark.parametrize("step", STEP_MISTAKES, ids=str)
def test_a_step_that_one_refuses_the_other_refuses(tmp_path: Path, step: dict[str, Any]) -> None:
    document = copy.deepcopy(WHOLE)
    document["spec"]["steps"].append(step)

    assert not validator().is_valid(document)
    assert not loads(tmp_path, document)


@pytest.mark.parametrize("more", SPEC_MISTAKES, ids=str)
def test_a_spec_that_one_refuses_the_other_refuses(tmp_path: Path, more: dict[str, Any]) -> None:
    document = copy.deepcopy(WHOLE)
    document["spec"].update(more)

    assert not validator().is_valid(document)
    assert not loads(tmp_path, document)
