"""The plugin in a project that doesn't use it: cheap, silent, and without a warning."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_kanister.testing import Example

STRANGER = {"test_it.py": "def test_it():\n    assert 1 + 1 == 2\n"}

HEAVY = (
    "aiohttp",
    "boto3",
    "botocore",
    "kubernetes",
    "pymysql",
    "pytest_kanister._cluster",
    "pytest_kanister._data",
    "pytest_kanister._harness",
    "pytest_kanister._scenario",
    "yaml",
)

MEASURE = """
import json, sys, time
import pytest, _pytest.config
before = set(sys.modules)
start = time.process_time()
import pytest_kanister.plugin
seconds = time.process_time() - start
print(json.dumps({"seconds": seconds, "modules": sorted(set(sys.modules) - before)}))
"""


def measured() -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True
    )
    result: dict[str, object] = json.loads(done.stdout)
    return result


def test_importing_the_plugin_loads_nothing_heavy() -> None:
    modules = measured()["modules"]

    assert isinstance(modules, list)
    assert not [name for name in modules if name.startswith(HEAVY)]


@pytest.mark.slow
def test_importing_the_plugin_costs_less_than_ten_milliseconds_of_cpu() -> None:
    # The least of several: only our own work is in each of them, noise is not.
    assert min(float(str(measured()["seconds"])) for _ in range(7)) < 0.010


@pytest.mark.slow
def test_silent_and_without_warnings(tmp_path: Path) -> None:
    run = Example(tmp_path, STRANGER).run_pytest(
        "-W", "error", "--strict-markers", "--strict-config"
    )

    assert run.outcomes == {"passed": 1}, run
    assert run.exit_status == 0
    assert "kanister" not in run.stdout.replace("pytest-kanister", "").replace("kanister-0", "")
    assert run.stderr == ""


@pytest.mark.slow
def test_it_can_be_switched_off(tmp_path: Path) -> None:
    files = {**STRANGER, "a.kanister.yaml": "not: a scenario\n"}

    run = Example(tmp_path, files).run_pytest("-p", "no:kanister")

    assert run.outcomes == {"passed": 1}, run


@pytest.mark.slow
def test_other_yaml_is_left_alone(tmp_path: Path) -> None:
    files = {**STRANGER, "a.yaml": "x: [", "kanister.yaml": "x: ["}

    assert Example(tmp_path, files).run_pytest().outcomes == {"passed": 1}
