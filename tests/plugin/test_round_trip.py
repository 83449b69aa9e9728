"""Round trips through real pytest runs: passed, failed, in setup, with and without xdist."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path

import jsonschema
import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._report.run_report import report_schema
from pytest_kanister.testing import Example

pytestmark = pytest.mark.slow

BLUEPRINT = bundled("fixtures", "blueprints", "mysql-blueprint.yaml").read_text()

SCENARIO = """
    apiVersion: pytest-kanister/v1
    kind: Scenario
    metadata: {name: accounts}
    spec:
      workload: {kind: mysql, name: mysql-store, namespace: my-production-app}
      blueprint: mysql-blueprint.yaml
"""

PYTHON = """
    def test_accounts_survive(kanister, kanister_mysql):
        kanister_mysql.seed("accounts")
        before = kanister_mysql.snapshot()
        backup = kanister.backup(kanister_mysql, blueprint="mysql-blueprint.yaml")
        kanister_mysql.execute("DROP DATABASE myImportantData")
        assert kanister_mysql.snapshot() != before
        kanister.restore(backup)
        assert kanister_mysql.snapshot() == before
        kanister.delete(backup)
        assert not kanister.bucket.objects()
"""

LOAD = "trap - EXIT\n"


def sabotaged(more: str) -> str:
    """Our Blueprint with a restore that does something more afterwards."""
    assert BLUEPRINT.count(LOAD) == 1
    return BLUEPRINT.replace(LOAD, f'{LOAD}          sql -e "{more}"\n')


def test_a_python_test_and_a_scenario_share_one_cluster(tmp_path: Path) -> None:
    files = {"test_it.py": PYTHON, "a.kanister.yaml": SCENARIO}

    run = Example(tmp_path, files).run_pytest(
        "-W", "error", "--strict-markers", "--strict-config", f"--kanister-trace={tmp_path}/trace"
    )

    assert run.exit_status == 0, run.stdout + run.stderr
    assert run.outcomes == {"passed": 2}, run
    assert re.search(r"database +MySQL \d+\.\d+\.\d+ \(for mysql:", run.stdout)
    assert re.search(r"store +SeaweedFS \d+\.\d+", run.stdout)
    assert re.search(r"kanister +embedded operator", run.stdout)
    events = [json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]
    assert sum(event["text"].startswith("cluster answers") for event in events) == 1
    assert sum(event["what"] == "step" for event in events) == 7


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("DELETE FROM myImportantData.Accounts WHERE name = 'edwin'", "edwin"),
        ("UPDATE myImportantData.Accounts SET balance = 1 WHERE name = 'nick'", "balance"),
        ("INSERT INTO myImportantData.Accounts VALUES ('alfred', 358)", "alfred"),
        ("CREATE TABLE myImportantData.Alien (x int)", "Alien"),
    ],
    ids=["one row less", "one balance changed", "a row doubled", "a table more"],
)
def test_a_restore_that_is_not_exact_fails(tmp_path: Path, more: str, says: str) -> None:
    files = {"a.kanister.yaml": SCENARIO, "mysql-blueprint.yaml": sabotaged(more)}

    run = Example(tmp_path, files).run_pytest()

    assert run.outcomes == {"failed": 1}, run.stdout
    assert run.exit_status == 1
    assert "step 'verify': different" in run.stdout
    assert says in run.stdout
    assert "Traceback" not in run.stdout


def test_a_python_test_shows_the_rows_that_differ(tmp_path: Path) -> None:
    more = "DELETE FROM myImportantData.Accounts WHERE name = 'edwin'"
    files = {"test_it.py": PYTHON, "mysql-blueprint.yaml": sabotaged(more)}

    run = Example(tmp_path, files).run_pytest(
        "--kanister-artifacts=kept", "--kanister-report=r.json", "--kanister-store", "seaweedfs"
    )

    assert run.outcomes == {"failed": 1}, run.stdout
    assert "what came back is not what was there" in run.stdout
    assert "edwin" in run.stdout
    (bundle,) = (tmp_path / "kept").iterdir()
    found = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()}
    assert {"failure.txt", "result.json", "events.txt", "bucket.txt"} <= found
    assert sum(name.startswith("actionsets/restore-") for name in found) == 1, found
    assert any(name.startswith("pods/") for name in found), "logs of pods that are gone by now"
    assert "edwin" in (bundle / "failure.txt").read_text()
    assert f"evidence: {bundle}" in run.stdout
    assert "--kanister-store seaweedfs" in run.stdout, "the command that repeats it"
    document = json.loads((tmp_path / "r.json").read_text())
    jsonschema.validate(document, report_schema())
    assert document["tests"][0]["artifacts"] == str(bundle)


def test_evidence_that_cannot_be_written_hides_no_failure(tmp_path: Path) -> None:
    more = "DELETE FROM myImportantData.Accounts WHERE name = 'edwin'"
    files = {"test_it.py": PYTHON, "mysql-blueprint.yaml": sabotaged(more), "kept": "a file"}

    run = Example(tmp_path, files).run_pytest("--kanister-artifacts=kept")

    assert run.outcomes == {"failed": 1}, run.stdout
    assert "edwin" in run.stdout
    assert "cannot be written: " in run.stdout


def test_a_blueprint_that_is_not_there_is_told_while_collecting(tmp_path: Path) -> None:
    run = Example(tmp_path, {"a.kanister.yaml": SCENARIO.replace("mysql-b", "no-b")}).run_pytest()

    assert run.outcomes == {"error": 1}, run.stdout
    assert "a.kanister.yaml:6:3: there is no Blueprint 'no-blueprint.yaml'; looked" in run.stdout


UNKNOWN_IMAGE = SCENARIO.replace("app}", "app, image: 'no-such-database:1'}")


def test_a_database_that_cannot_be_had_is_an_error_of_the_setup(tmp_path: Path) -> None:
    run = Example(tmp_path, {"a.kanister.yaml": UNKNOWN_IMAGE}).run_pytest()

    assert run.outcomes == {"error": 1}, run.stdout
    assert "no-such-database:1" in run.stdout
    assert "Traceback" not in run.stdout


def test_or_a_skip_when_the_person_said_so(tmp_path: Path) -> None:
    run = Example(tmp_path, {"a.kanister.yaml": UNKNOWN_IMAGE}).run_pytest(
        "--kanister-missing=skip", "-rs"
    )

    assert run.outcomes == {"skipped": 1}, run.stdout
    assert "--kanister-missing=skip" in run.stdout


def test_xdist_workers_share_cluster_and_store_and_do_not_meet(tmp_path: Path) -> None:
    files = {"test_it.py": PYTHON}
    files |= {f"s{i}.kanister.yaml": SCENARIO for i in range(3)}

    with tempfile.TemporaryDirectory() as place:  # sockets lie in it: its path must be short
        run = Example(tmp_path, files).run_pytest(
            *("-n", "2", "-W", "error", f"--kanister-trace={tmp_path}/trace"),
            env={"TMPDIR": place, "XDG_RUNTIME_DIR": ""},
        )
        left = [name for name in os.listdir(place) if name.startswith("pytest-kanister")]

    assert run.exit_status == 0, run.stdout + run.stderr
    assert run.outcomes == {"passed": 4}, run
    assert len(re.findall(r"database +MySQL", run.stdout)) == 1
    assert left == [], "the cluster is gone before pytest is"


def test_nothing_starts_when_the_users_are_deselected(tmp_path: Path) -> None:
    files = {"a.kanister.yaml": SCENARIO, "test_it.py": "def test_it(): ...\n"}

    run = Example(tmp_path, files).run_pytest(
        "-k", "test_it", f"--kanister-trace={tmp_path}/trace", env={"TMPDIR": str(tmp_path)}
    )

    assert run.outcomes == {"passed": 1, "deselected": 1}, run
    assert not (tmp_path / "trace").exists()
    assert not [name for name in os.listdir(tmp_path) if name.startswith("pytest-kanister")]


def test_the_next_items_database_starts_while_this_one_runs(tmp_path: Path) -> None:
    files = {"a.kanister.yaml": SCENARIO, "b.kanister.yaml": SCENARIO, "test_it.py": PYTHON}

    run = Example(tmp_path, files).run_pytest(f"--kanister-trace={tmp_path}/trace", "-W", "error")

    assert run.outcomes == {"passed": 3}, run.stdout
    events = [json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]
    answers = [i for i, e in enumerate(events) if e["text"].startswith("database answers")]
    first_end = next(i for i, e in enumerate(events) if e.get("step") == "verifyDeleted")
    assert len(answers) == 3
    ahead = next(i for i, e in enumerate(events) if e["text"].startswith("the next mysql"))
    assert ahead < first_end


STEPS = """
    import pytest
    from pytest_kanister.errors import RoundTripMismatch, ScenarioError

    def test_steps(kanister, kanister_mysql):
        step = kanister.steps(kanister_mysql, blueprint="mysql-blueprint.yaml")
        assert step("seed", "accounts").facts["rows"] == 9
        step("backup", name="first")
        with pytest.raises(ScenarioError, match=r"test_steps.py:9:1: .*there already"):
            step("restore", backup="first")
        step("damage", drop="myImportantData")
        step("restore", backup="first")
        step("verify")
        with pytest.raises(RoundTripMismatch, match="gave other rows"):
            step("sql", statement="SELECT 1", expect=[[2]])
        with pytest.raises(ScenarioError, match="expected exact, found 'about'"):
            step("verify", rows="about")
        step("delete", backup="first")
        step("verifyDeleted")
        assert list(step.backups) == ["first"]
"""


def test_python_has_the_steps_of_scenario_files(tmp_path: Path) -> None:
    run = Example(tmp_path, {"test_steps.py": STEPS}).run_pytest("-W", "error")

    assert run.outcomes == {"passed": 1}, run.stdout
