"""Backend containers: the tutorial on a real Docker engine, and what is left after a kill -9."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._base.polling import Deadline, wait_until
from tests.live.table import Table
from tests.live.world import World, left_on
from tests.support.interrupting import Moment, interrupt

pytestmark = pytest.mark.live
SCENARIO = bundled("scenarios", "mysql", "accounts.kanister.yaml")


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
    assert left_on(world) == []


def test_every_scenario_of_the_tutorials_database(
    world: World, table: Table, tmp_path: Path
) -> None:
    options = ("--kanister-backend=containers", "-n", "2")
    run = table.run_bundled("containers", world, tmp_path, "mysql", *options)

    assert run.returncode == 0, run.stdout + run.stderr
    assert left_on(world) == []


@pytest.mark.parametrize("kind", ["files", "mariadb", "postgresql", "redis"])
def test_every_scenario_of_another_engine(
    engines: World, table: Table, tmp_path: Path, kind: str
) -> None:
    options = ("--kanister-backend=containers", "-n", "2")
    run = table.run_bundled("containers", engines, tmp_path, kind, *options)

    assert run.returncode == 0, run.stdout + run.stderr
    assert left_on(engines) == []


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


def test_kill_9_of_pytest_leaves_nothing(world: World, tmp_path: Path) -> None:
    """Twenty more moments: `tox -e live-interruptions`."""
    options = ["--kanister-backend=containers"]
    interrupt(options, tmp_path, Moment(signal.SIGKILL, 7, 0.5), world.env)

    gone = wait_until(lambda: not left_on(world) or None, Deadline(30.0))
    assert gone, left_on(world)
