"""The examples of docs/workloads.md run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_kanister.testing import Example

PAGE = Path(__file__).parents[2] / "docs/workloads.md"


@pytest.mark.slow
def test_the_examples_pass(tmp_path: Path) -> None:
    examples = dict(
        re.findall(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", PAGE.read_text(), re.DOTALL)
    )
    assert set(examples) == {"sqlite.kanister.yaml", "sqlite.yaml", "test_my_workload.py"}
    done = Example(tmp_path, examples).run_pytest("-q")
    assert done.exit_status == 0, done.stdout + done.stderr
    assert done.outcomes == {"passed": 11}
