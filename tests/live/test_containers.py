"""Backend containers: the tutorial on a real Docker engine, and what is left after a kill -9."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._base.polling import Deadline, wait_until
from tests.live.conftest import Table, World

pytestmark = pytest.mark.live
SCENARIO = bundled("scenarios", "mysql", "accounts.kanister.yaml")


def _ours(world: World) -> list[str]:
    """Containers and networks that bear our label."""
    words = ("--filter", "label=pytest-kanister/cluster", "--quiet")
    return [
        *world.engine.docker("ps", "--all", *words).split(),
        *world.engine.docker("network", "ls", *words).split(),
        *world.engine.docker("volume", "ls", "--quiet").split(),
    ]


def test_the_tutorial(world: World, table: Table, tmp_path: Path) -> None:
    began = time.monotonic()
    run = world.pytest(str(SCENARIO), "--kanister-backend=containers", cwd=tmp_path)
    table.add(
        "containers",
        "mysql/accounts",
        "proven" if run.returncode == 0 else "failed",
        time.monotonic() - began,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "isolation  containers" in run.stdout
    assert _ours(world) == []


def test_an_image_that_no_registry_has_is_an_environment_error_within_seconds(
    world: World, tmp_path: Path
) -> None:
    text = SCENARIO.read_text().replace("kind: mysql,", "kind: mysql, image: 'mysql:no-such-tag',")
    (tmp_path / "wrong.kanister.yaml").write_text(text.replace("../../fixtures/blueprints/", ""))
    began = time.monotonic()
    run = world.pytest(".", "--kanister-backend=containers", cwd=tmp_path)

    assert "mysql:no-such-tag cannot be had" in run.stdout, run.stdout
    assert run.returncode == 1
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("after_s", [1.0, 4.0, 8.0, 12.0, 18.0])
def test_kill_9_of_pytest_leaves_nothing(world: World, tmp_path: Path, after_s: float) -> None:
    run = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            str(SCENARIO),
            "--kanister-backend=containers",
        ],
        cwd=tmp_path,
        env=dict(world.env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        run.wait(after_s)
    except subprocess.TimeoutExpired:
        run.send_signal(signal.SIGKILL)
        run.wait()

    gone = wait_until(lambda: not _ours(world) or None, Deadline(30.0))
    assert gone, _ours(world)
