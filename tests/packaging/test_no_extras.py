"""The plugin with its bare dependencies only (`tox -e noextras`): what is missing is named.

In an environment that has the extras these tests would prove nothing, so they skip there and
say so; tox runs them where they count.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = importlib.util.find_spec("trustme") is not None

pytestmark = pytest.mark.skipif(
    HERE and "KANISTER_TEST_NO_EXTRAS" not in os.environ,
    reason="the embedded extra is installed here; tox -e noextras runs this without it",
)


def test_the_extra_is_not_here() -> None:
    assert not HERE


def run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *argv], capture_output=True, text=True, check=False, cwd=folder
    )


def test_a_project_that_does_not_use_us_notices_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n")

    done = run(
        tmp_path,
        *("-W", "error", "-m", "pytest", "--strict-markers", "--strict-config"),
        *("-W", "error", "-p", "no:cacheprovider"),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "anister" not in done.stdout.replace("plugins: kanister", "")


def test_the_fixture_names_the_missing_extra(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(kanister): pass\n")

    done = run(tmp_path, "-m", "pytest", "-p", "no:cacheprovider")

    assert "1 error" in done.stdout
    assert "pytest-kanister[embedded]" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_command_line_names_the_missing_extra(tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "pytest_kanister", "demo")

    assert done.returncode == 4
    assert "pytest-kanister[embedded]" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_lint_names_its_extra_and_runs_without_it_when_told_so(tmp_path: Path) -> None:
    actions = "actions: {restore: {phases: [{func: Wait2, name: a}]}}"
    (tmp_path / "b.yaml").write_text(
        f"apiVersion: cr.kanister.io/v1alpha1\nkind: Blueprint\nmetadata: {{name: b}}\n{actions}\n"
    )

    refused = run(tmp_path, "-m", "pytest_kanister", "lint", "b.yaml")
    told = run(tmp_path, "-m", "pytest_kanister", "lint", "--without-shell", "b.yaml")

    assert refused.returncode == 4
    assert "pytest-kanister[lint]" in refused.stderr
    assert told.returncode == 1
    assert "KB010" in told.stdout
    assert "not checked" in told.stdout
