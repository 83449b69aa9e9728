"""`demo`, `try` and `scenarios` as a person runs them: what they print, how they end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled

BLUEPRINT = bundled("fixtures", "blueprints", "mysql-blueprint.yaml")

NOTHING = """\
        - bash
        - -c
        - "true"
"""


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest_kanister", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        timeout=180,
    )


def restoring_nothing(folder: Path) -> Path:
    """Our Blueprint with a restore that succeeds and does nothing."""
    text = BLUEPRINT.read_text()
    head, restore, tail = re.split(r"(?m)^(?=  restore:|  delete:)", text)
    idle = re.sub(r"(?ms)^        - bash\n.*", NOTHING, restore)
    assert idle != restore
    path = folder / "idle.yaml"
    path.write_text(head + idle + tail)
    return path


@pytest.mark.slow
def test_demo_shows_each_step_the_rows_and_what_ran() -> None:
    done = command("demo")

    assert done.returncode == 0, done.stdout + done.stderr
    steps = re.findall(r"(?m)^ +\d+\.\d\d s  proven +(\w+)", done.stdout)
    assert steps == [
        "seed", "backup", "damage", "restore", "verify", "delete", "verifyDeleted",
    ]  # fmt: skip
    rows = dict(re.findall(r"(?m)^ {20,}([a-z]+) +(\d+)$", done.stdout))
    assert rows == {
        "nick": "0", "albert": "112", "alfred": "358", "beatrice": "1321", "bartholomew": "34",
        "edward": "5589", "edwin": "144", "edwina": "233", "rastapopoulos": "377",
    }  # fmt: skip
    assert "dropped database myImportantData (1 table, 9 rows); a snapshot proves it gone" in (
        done.stdout
    )
    assert re.search(r"holds 1 new object, [\d,]+ bytes", done.stdout)
    assert "is empty again" in done.stdout
    assert re.search(r"(?m)^proven: accounts, 7 steps in", done.stdout)
    assert re.search(r"database +MySQL \d+\.\d+\.\d+ \(for mysql:", done.stdout)
    assert "\x1b" not in done.stdout


@pytest.mark.slow
def test_try_says_different_when_the_restore_does_nothing(tmp_path: Path) -> None:
    done = command("try", "--fast", restoring_nothing(tmp_path))

    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"(?m)^different: mysql-blueprint", done.stdout)
    assert "myImportantData" in done.stdout
    assert "idle.yaml" in done.stdout


def test_try_without_a_file_is_a_usage_error() -> None:
    done = command("try", "nowhere.yaml")

    assert done.returncode == 2
    assert "nowhere.yaml: the Blueprint cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_try_refuses_a_workload_by_name() -> None:
    done = command("try", BLUEPRINT, "--workload", "oracle")

    assert done.returncode == 2
    assert re.search(r"--workload: expected mysql or .*, found 'oracle'", done.stderr)


def test_try_needs_backup_and_restore(tmp_path: Path) -> None:
    path = tmp_path / "half.yaml"
    path.write_text(
        "apiVersion: cr.kanister.io/v1alpha1\nkind: Blueprint\nmetadata: {name: half}\n"
        "actions:\n  backup:\n    phases: []\n"
    )

    done = command("try", path)

    assert done.returncode == 2
    assert "half.yaml:4:1: expected an action 'restore', found backup" in done.stderr


def test_scenarios_lists_what_is_bundled() -> None:
    done = command("scenarios")

    assert done.returncode == 0
    listed = [line for line in done.stdout.splitlines() if "::" in line]
    assert len(listed) == len(list(bundled("scenarios").rglob("*.kanister.yaml")))
    assert any(line.endswith("accounts.kanister.yaml::accounts") for line in listed)
