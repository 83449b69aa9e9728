"""Other plugins of the field installed beside ours (`tox -e beside`): nothing clashes."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

OTHERS = ("pytest_kind", "pytest_mysql", "pytest_kubernetes")

pytestmark = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in OTHERS),
    reason=f"{', '.join(OTHERS)} are not all installed here; tox -e beside has them",
)


def run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *argv],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


def test_all_are_loaded_and_a_foreign_test_passes(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n")

    done = run(tmp_path, "--strict-config", "-W", "error::pytest.PytestWarning")

    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("kanister", "kind", "mysql", "kubernetes"):
        assert name in done.stdout


def test_every_fixture_keeps_its_owner(tmp_path: Path) -> None:
    done = run(tmp_path, "--fixtures", "-v")

    for name, owner in (
        ("kanister ", "pytest_kanister"),
        ("kanister_mysql ", "pytest_kanister"),
        ("kind_cluster ", "pytest_kind"),
        ("mysql ", "pytest_mysql"),
        ("k8s ", "pytest_kubernetes"),
    ):
        lines = [line for line in done.stdout.splitlines() if line.startswith(name)]
        assert lines, name
        assert all(owner in line.replace("/", ".") for line in lines), lines


@pytest.mark.slow
def test_a_round_trip_runs_beside_them(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_it(kanister, kanister_mysql):\n    assert kanister_mysql.seed('accounts') == 9\n"
    )

    done = run(tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
