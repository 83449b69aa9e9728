"""Many round trips at the same time, in one run and in two: they do not meet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytest_kanister.testing import Example

pytestmark = pytest.mark.slow

SCENARIO = """
    apiVersion: pytest-kanister/v1
    kind: Scenario
    metadata: {name: accounts}
    spec:
      workload: {kind: mysql, name: mysql-store, namespace: my-production-app}
      blueprint: mysql-blueprint.yaml
"""


def test_eight_round_trips_on_four_workers(tmp_path: Path) -> None:
    files = {f"s{number}.kanister.yaml": SCENARIO for number in range(8)}

    run = Example(tmp_path, files).run_pytest("-n", "4", "-W", "error", timeout_s=300)

    assert run.exit_status == 0, run.stdout + run.stderr
    assert run.outcomes == {"passed": 8}, run


def test_two_runs_at_the_same_time(tmp_path: Path) -> None:
    examples = [Example(tmp_path / name, {"s.kanister.yaml": SCENARIO}) for name in ("a", "b")]

    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda example: example.run_pytest(timeout_s=300), examples))

    for run in runs:
        assert run.exit_status == 0, run.stdout + run.stderr
        assert run.outcomes == {"passed": 1}, run
