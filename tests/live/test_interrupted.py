"""Interrupted runs on real containers and kind: nothing is left, or `cleanup` removes it.

Run by `tox -e live-interruptions`; the seed is printed, KANISTER_TEST_SEED repeats a draw.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_kanister._base.polling import Deadline, wait_until
from tests.live.kind import (
    NAME,
    access_to,
    clusters_of,
    kind_options,
    made_namespaces,
)
from tests.live.world import World, left_on
from tests.support.interrupting import SCENARIO, draw, interrupt

pytestmark = [pytest.mark.live, pytest.mark.interruptions]
EVENTS = 12
"""An undisturbed run has a few more."""


@pytest.mark.parametrize("index", range(20))
def test_containers_leave_nothing(world: World, tmp_path: Path, index: int) -> None:
    moment = draw(index, EVENTS)
    _, text = interrupt(["--kanister-backend=containers"], tmp_path, moment, world.env)

    gone = wait_until(lambda: not left_on(world) or None, Deadline(30.0))
    assert gone, (left_on(world), text[-2000:])


@pytest.mark.parametrize("index", range(5))
def test_a_kept_kind_cluster_is_cleaned(cluster: World, tmp_path: Path, index: int) -> None:
    moment = draw(index, EVENTS)
    _, text = interrupt(kind_options(tmp_path), tmp_path, moment, cluster.env)
    left = made_namespaces(cluster, tmp_path)
    print(text[-2000:], *left)
    if moment.number == signal.SIGINT:
        assert left == []
    access = str(access_to(cluster, tmp_path))
    words = ("--kubeconfig", access, "--context", f"kind-{NAME}", "--all")
    cleanup = _cleanup(cluster, tmp_path, *words)

    assert cleanup.returncode == 0, cleanup.stdout + cleanup.stderr
    assert wait_until(lambda: not made_namespaces(cluster, tmp_path) or None, Deadline(60.0))
    assert NAME in clusters_of(cluster, tmp_path), "it is not ours to delete"


def test_one_that_was_just_being_created_goes_with_cleanup(node: World, tmp_path: Path) -> None:
    run = subprocess.Popen(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(SCENARIO)),
            *kind_options(tmp_path, "early"),
        ],
        cwd=tmp_path,
        env=dict(node.env),
        stdout=subprocess.DEVNULL,
    )
    try:
        assert wait_until(lambda: _nodes(node) or run.poll() is not None or None, Deadline(60.0))
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert _nodes(node), "kind was creating it"
    cleanup = _cleanup(node, tmp_path)

    assert cleanup.returncode == 0, cleanup.stdout + cleanup.stderr
    assert "kind deletes cluster early" in cleanup.stdout
    assert "early" not in clusters_of(node, tmp_path)
    assert not _nodes(node)


def _nodes(world: World) -> list[str]:
    words = ("--all", "--quiet", "--filter", "label=io.x-k8s.kind.cluster=early")
    return world.engine.docker("ps", *words).split()


def _cleanup(world: World, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return world.run(sys.executable, "-m", "pytest_kanister", "cleanup", *words, cwd=folder)
