"""The same through the doors that people use: pytest's outcomes, the command's exit codes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pytest_kanister._base.children import run
from pytest_kanister.testing import Example
from tests.negative.circle import SCENARIO, edited
from tests.negative.test_different import CASES
from tests.negative.test_environment import OTHER_IMAGE, SCRIPT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("negative")]

BLUEPRINTS = {
    "good": edited(),
    "different": edited(CASES["one row less"][0]),
    "failed": edited(("func: KubeTask\n      name: dump", "func: KubeTsk\n      name: dump")),
    "environment": edited((SCRIPT, OTHER_IMAGE)),
}

SAYS = {
    "good": "proven",
    "different": "- missing  ('edwin', 144)",
    "failed": "Requested function {KubeTsk} has not been registered",
    "environment": "map it onto one that is known",
}


def test_one_pytest_run_tells_them_apart(tmp_path: Path) -> None:
    files = {f"{name}.yaml": text for name, text in BLUEPRINTS.items()}
    files |= {
        f"{name}.kanister.yaml": SCENARIO.replace("mysql-blueprint.yaml", f"{name}.yaml")
        for name in BLUEPRINTS
    }

    ended = Example(tmp_path, files).run_pytest("-rA", timeout_s=60.0)

    assert ended.outcomes == {"passed": 1, "failed": 2, "error": 1}, ended.stdout
    assert ended.exit_status == 1
    assert "PASSED good.kanister.yaml::accounts" in ended.stdout
    for name in ("different", "failed", "environment"):
        word = "ERROR" if name == "environment" else "FAILED"
        assert f"{word} {name}.kanister.yaml::accounts" in ended.stdout
        assert SAYS[name] in ended.stdout
    assert "Traceback" not in ended.stdout


@pytest.mark.parametrize(
    ("name", "status"), [("good", 0), ("different", 1), ("failed", 1), ("environment", 4)]
)
def test_the_commands_exit_code(tmp_path: Path, name: str, status: int) -> None:
    (tmp_path / "mine.yaml").write_text(BLUEPRINTS[name], encoding="utf-8")

    ended = run(
        [sys.executable, "-m", "pytest_kanister", "try", "--fast", "mine.yaml"],
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        cwd=tmp_path,
        timeout_s=150.0,
    )

    assert ended.exit_status == status, ended.stdout + ended.stderr
    assert SAYS[name] in ended.stdout
    assert "Traceback" not in ended.stderr
