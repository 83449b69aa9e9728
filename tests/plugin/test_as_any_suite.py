"""Scenario items behave as in any pytest suite: what costs a cluster shares few runs."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import pytest

from pytest_kanister._report.run_report import report_schema
from pytest_kanister.testing import Example
from tests.plugin.project import BAD, BROKEN, FLAKY, GOOD, SLEEPY, files

pytestmark = pytest.mark.slow

ALL = files(
    good=(GOOD, "marks: [nightly]"),
    bad=(BAD, ""),
    expected=(BAD, "marks: [{xfail: it is known}]"),
    flaky=(FLAKY, ""),
    sleepy=(SLEEPY, "marks: [{timeout: {timeout: 3, func_only: true}}]"),
    broken=(BROKEN, "marks: [{xfail: a broken store is no such failure}]"),
    skipped=(GOOD, "marks: [{skip: not today}]"),
    elsewhere=(GOOD, "requires: {backend: kind}"),
)
INI = {"pytest.ini": "[pytest]\nmarkers =\n    nightly: long ones\nxfail_strict = true\n"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("suite")


@pytest.fixture(scope="module")
def whole(folder: Path) -> str:
    """One run of everything under xdist, with reruns, JUnit and JSON."""
    run = Example(folder, {**ALL, **INI}).run_pytest(
        *("-n", "2", "--reruns", "1", "--only-rerun", "the first time", "-rA"),
        *("-p", "cacheprovider", "--strict-markers"),
        *("--junitxml=junit.xml", "--kanister-report=out/report.json"),
        *("--kanister-artifacts=evidence", "--kanister-ready-timeout-s=100"),
        timeout_s=300.0,
    )
    assert run.exit_status == 1, run.stdout + run.stderr
    return run.stdout


def test_outcomes_under_xdist(whole: str) -> None:
    assert "PASSED good.kanister.yaml::good" in whole
    assert re.search(r"FAILED bad.kanister.yaml::bad - data: sql: SELECT 1 gave other", whole)
    assert "XFAIL expected.kanister.yaml::expected - it is known" in whole, whole
    assert "PASSED flaky.kanister.yaml::flaky" in whole
    assert re.search(r"FAILED sleepy.kanister.yaml::sleepy - Failed: Timeout", whole)
    assert "step 'pause': error\n  interrupted: Timeout (>3.0s) from pytest-timeout." in whole
    assert re.search(r"ERROR broken.kanister.yaml::broken - environment: backup: ", whole)
    assert "ERROR at call of broken" in whole
    assert "SKIPPED [1]" in whole
    assert "not today" in whole
    assert "requires backend kind; this cluster's is: embedded" in whole
    last = [line for line in whole.splitlines() if line.startswith("=")][-1]
    for words in ("2 failed", "2 passed", "1 skipped", "1 xfailed", "2 errors", "1 rerun"):
        assert words in last


def test_no_live_steps_under_xdist(whole: str) -> None:
    assert "\r" not in whole
    assert "kanister: good" not in whole


def test_the_closing_section_tells_evidence_and_how_to_repeat(whole: str, folder: Path) -> None:
    assert "different (data)  bad.kanister.yaml::bad  embedded" in whole
    assert f"evidence: {folder}/evidence/bad.kanister.yaml--bad" in whole
    assert (
        "repeat:   pytest bad.kanister.yaml::bad --kanister-artifacts=evidence "
        "--kanister-ready-timeout-s=100" in whole
    )
    assert re.search(r"(?m)^ +seed +\d+\.\d\d +9  proven$", whole)


@pytest.mark.usefixtures("whole")
def test_junit_properties(folder: Path) -> None:
    cases = {
        case.get("name"): case
        for case in ElementTree.parse(folder / "junit.xml").getroot().iter("testcase")
    }
    properties = {
        name: {p.get("name"): p.get("value") for p in case.iter("property")}
        for name, case in cases.items()
    }

    assert properties["good"]["kanister.verdict"] == "proven"
    assert properties["good"]["kanister.cluster"] == "embedded"
    assert (properties["good"]["kanister.database"] or "").startswith("MySQL ")
    assert properties["bad"]["kanister.verdict"] == "different"
    assert properties["bad"]["kanister.cause"] == "data"
    assert properties["broken"]["kanister.cause"] == "environment"
    failure = cases["bad"].find("failure")
    assert failure is not None
    assert failure.get("message") == "data: sql: SELECT 1 gave other rows than expected"


@pytest.mark.usefixtures("whole")
def test_the_json_report(folder: Path) -> None:
    document = json.loads((folder / "out" / "report.json").read_text())

    jsonschema.validate(document, report_schema())
    tests = {test["nodeid"].partition("::")[2]: test for test in document["tests"]}
    assert {name: test["outcome"] for name, test in tests.items()} == {
        "good": "passed",
        "bad": "failed",
        "expected": "xfailed",
        "flaky": "passed",
        "sleepy": "failed",
        "broken": "error",
        "elsewhere": "error",
    }
    assert {name: test["attempts"] for name, test in tests.items() if test["attempts"] > 1} == {
        "flaky": 2
    }
    assert tests["elsewhere"]["cause"] == "environment"
    assert "requires backend kind" in tests["elsewhere"]["message"]
    assert tests["sleepy"]["steps"][-1]["step"] == "pause"
    assert tests["sleepy"]["steps"][-1]["summary"].startswith("interrupted: ")
    assert tests["broken"]["verdict"] == "error"
    assert document["exitStatus"] == 1
    assert document["settings"]["artifacts"] == "evidence"


@pytest.mark.usefixtures("whole")
def test_the_evidence_of_a_failed_scenario(folder: Path) -> None:
    kept = folder / "evidence" / "bad.kanister.yaml--bad"

    assert ">>" in (kept / "scenario.txt").read_text()
    marked = [row for row in (kept / "scenario.txt").read_text().splitlines() if row[:2] == ">>"]
    assert len(marked) == 1
    assert "expect: [[2]]" in marked[0]
    assert "found\n  1" in (kept / "diff.txt").read_text()
    assert json.loads((kept / "result.json").read_text())["verdict"] == "different"
    assert "step 'sql': different" in (kept / "failure.txt").read_text()
    assert "bucket kanister-backups" in (kept / "bucket.txt").read_text()
    assert list(kept.glob("servers/app*.mysql-store-0.mysql.log"))
    assert list(kept.glob("servers/kanister.*operator*.log"))
    assert not (folder / "evidence" / "good.kanister.yaml--good").exists()
    assert {path.name for path in (folder / "evidence").iterdir()} == {
        "bad.kanister.yaml--bad",
        "broken.kanister.yaml--broken",
        "elsewhere.kanister.yaml--elsewhere",
        "expected.kanister.yaml--expected",
        "flaky.kanister.yaml--flaky",
        "sleepy.kanister.yaml--sleepy",
    }
    not_set_up = folder / "evidence" / "elsewhere.kanister.yaml--elsewhere"
    assert "requires backend kind" in (not_set_up / "failure.txt").read_text()
    assert ">>" in (not_set_up / "scenario.txt").read_text()
    broken = folder / "evidence" / "broken.kanister.yaml--broken"
    (actionset,) = (broken / "actionsets").glob("backup-*.yaml")
    assert "state: failed" in actionset.read_text()
    assert list((broken / "pods").glob("*.log")), "pods' output outlives the pods"


@pytest.mark.usefixtures("whole")
def test_last_failed_and_exit_first(folder: Path) -> None:
    again = Example(folder, INI)

    listed = again.run_pytest("-p", "cacheprovider", "--lf", "--collect-only", "-q")
    first = again.run_pytest("-p", "cacheprovider", "--lf", "-x", "-k", "bad or broken")

    names = {line.partition("::")[2] for line in listed.stdout.splitlines() if "::" in line}
    assert names == {"bad", "sleepy", "broken", "elsewhere"}
    assert first.outcomes.get("failed") == 1, first.stdout
    assert "stopping after 1 failures" in first.stdout
    assert "broken" not in first.stdout.partition("short test summary")[2]


def collected(folder: Path, *arguments: str) -> list[str]:
    run = Example(folder, {**ALL, **INI}).run_pytest("--collect-only", "-q", *arguments)
    return sorted(
        line.partition("::")[2] for line in run.stdout.splitlines() if "kanister.yaml::" in line
    )


def test_selection_by_keyword_and_marker(tmp_path: Path) -> None:
    assert collected(tmp_path, "-m", "nightly") == ["good"]
    assert collected(tmp_path, "-k", "ba or flaky") == ["bad", "flaky"]
    assert collected(tmp_path, "-m", "kanister and not nightly and not skip") == [
        "bad", "broken", "elsewhere", "expected", "flaky", "sleepy",
    ]  # fmt: skip
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".pytest")]


MATRIX = """
matrix:
  workload: [{image: "mysql:9.7"}, {image: "mysql:8.4"}]
  blueprint: [mysql-blueprint.yaml, other.yaml]
""".strip()


def test_a_matrix_becomes_parameters(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[2] / "fixtures/blueprints/mysql-blueprint.yaml").read_text()
    project = Example(tmp_path, {**files(a=(GOOD, MATRIX)), "other.yaml": shipped})

    run = project.run_pytest("--collect-only", "-q")
    named = project.run_pytest("--collect-only", "-q", "a.kanister.yaml::a[mysql:9.7-other]")

    assert [line for line in run.stdout.splitlines() if "::" in line] == [
        "a.kanister.yaml::a[mysql:9.7-mysql-blueprint]",
        "a.kanister.yaml::a[mysql:9.7-other]",
        "a.kanister.yaml::a[mysql:8.4-mysql-blueprint]",
        "a.kanister.yaml::a[mysql:8.4-other]",
    ]
    assert "a.kanister.yaml::a[mysql:9.7-other]" in named.stdout
    assert "1 test collected" in named.stdout


def test_three_mistakes_are_three_errors_at_their_lines(tmp_path: Path) -> None:
    broken = files(a=("- bakup: {}\n- verify: {rows: about}", "bugdets: {rtoSeconds: 1}"))

    run = Example(tmp_path, broken).run_pytest()

    assert run.outcomes == {"error": 1}
    assert run.exit_status == 2
    for text in (
        "a.kanister.yaml:7:3: spec: unknown key 'bugdets'\n  did you mean 'budgets'?",
        "a.kanister.yaml:10:7: spec.steps[1]: there is no step 'bakup'",
        "a.kanister.yaml:11:16: spec.steps[2].verify.rows: expected exact, found 'about'",
    ):
        assert text in run.stdout, run.stdout
    assert "Traceback" not in run.stdout


def test_a_mistaken_step_hides_no_mistake_of_the_others(tmp_path: Path) -> None:
    """A new author's three: a word in a step, the dataset, the Blueprint."""
    text = files(a=("- backup: {}\n- restore: {into: fresh}\n- verfy: {}", ""))["a.kanister.yaml"]
    for old, new in (("mysql-blueprint", "mysql-blueprnt"), ("seed: accounts", "seed: acounts")):
        text = text.replace(old, new)

    run = Example(tmp_path, {"a.kanister.yaml": text}).run_pytest("--collect-only")

    for said in (
        "a.kanister.yaml:6:3: there is no Blueprint 'mysql-blueprnt.yaml'",
        "did you mean 'mysql-blueprint.yaml'?",
        "a.kanister.yaml:8:7: workload mysql has no dataset 'acounts'",
        "a.kanister.yaml:11:7: spec.steps[3]: there is no step 'verfy'\n  did you mean 'verify'?",
    ):
        assert said in run.stdout, run.stdout


BEFORE = {
    "kind": ("kind: mysql", "kind: oracle", "5:14: there is no workload 'oracle'"),
    "option": ("name: mysql-store", "name: m, colour: red", "found 'colour'"),
    "dataset": ("seed: accounts", "seed: nothing", "8:7: workload mysql has no dataset 'nothing'"),
    "file": ("seed: accounts", "seed: {file: no.sql}", "8:7: there is no file 'no.sql'"),
    "store": ("steps:", "store: floppy\n  steps:", "there is no store 'floppy'"),
    "marker": ("steps:", "marks: [unknown]\n  steps:", "7:11: marks: 'unknown' not found in"),
    "blueprint": ("mysql-blueprint.yaml", "no.yaml", "6:3: there is no Blueprint 'no.yaml'"),
    "action": (
        "mysql-blueprint.yaml",
        "half.yaml",
        "10:7: the Blueprint half.yaml has no action 'restore'",
    ),
}
HALF = (
    "apiVersion: cr.kanister.io/v1alpha1\nkind: Blueprint\nmetadata: {name: half}\n"
    "actions:\n  backup:\n    phases: []\n"
)


def test_what_can_be_known_before_is_told_before(tmp_path: Path) -> None:
    text = files(a=("- backup: {}\n- restore: {into: fresh}\n- verify: {}", ""))["a.kanister.yaml"]
    project = {"half.yaml": HALF}
    for name, (old, new, _) in BEFORE.items():
        assert old in text
        project[f"{name}.kanister.yaml"] = text.replace(old, new, 1)

    run = Example(tmp_path, project).run_pytest("--strict-markers", "--collect-only")

    for name, (_, _, says) in BEFORE.items():
        told = run.stdout.partition(f"ERROR collecting {name}.kanister.yaml")[2]
        assert says in told.partition("ERROR collecting")[0], (name, run.stdout)
    assert run.outcomes == {"error": len(BEFORE)}
    assert run.exit_status == 2
    assert "Traceback" not in run.stdout
