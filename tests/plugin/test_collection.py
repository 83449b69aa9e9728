"""Scenario files as pytest collects them; nothing is started by looking."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_kanister.testing import Example

pytestmark = pytest.mark.slow

SCENARIO = """
    apiVersion: pytest-kanister/v1
    kind: Scenario
    metadata: {name: accounts}
    spec:
      workload: {kind: mysql, name: mysql-store, namespace: app}
      blueprint: mysql-blueprint.yaml
"""


def test_items_are_named_after_scenarios(tmp_path: Path) -> None:
    two = f"{SCENARIO}    ---\n{SCENARIO.replace('accounts', 'others')}"

    run = Example(tmp_path, {"sub/two.kanister.yaml": two}).run_pytest("--collect-only", "-q")

    assert "sub/two.kanister.yaml::accounts" in run.stdout
    assert "sub/two.kanister.yaml::others" in run.stdout


def test_marker_selects_scenarios_and_users_of_the_fixtures(tmp_path: Path) -> None:
    files = {
        "a.kanister.yaml": SCENARIO,
        "test_it.py": """
            def test_user(kanister): ...
            def test_bystander(tmp_path): ...
        """,
    }

    run = Example(tmp_path, files).run_pytest(
        "--collect-only", "-q", "-m", "kanister", "--strict-markers"
    )

    assert "a.kanister.yaml::accounts" in run.stdout
    assert "::test_user" in run.stdout
    assert "::test_bystander" not in run.stdout


def test_a_broken_file_is_an_error_of_that_file_alone(tmp_path: Path) -> None:
    files = {
        "bad.kanister.yaml": SCENARIO.replace("blueprint:", "bluprint:"),
        "test_it.py": "def test_it(): ...\n",
    }

    run = Example(tmp_path, files).run_pytest("--continue-on-collection-errors")

    assert run.outcomes == {"passed": 1, "error": 1}, run
    assert "bad.kanister.yaml:6:3: spec: unknown key 'bluprint'" in run.stdout
    assert "did you mean 'blueprint'?" in run.stdout
    assert "Traceback" not in run.stdout
