"""Backend kind on a real cluster: the real kind, a real API server, a real kubelet.

No released image of Kanister can be had here, so our operator stands in, and every result says so.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._base.polling import Deadline, wait_until
from tests.live.kind import NAME, access_to, clusters_of, kind_options, made_namespaces
from tests.live.node import NODE_IMAGE
from tests.live.table import Table
from tests.live.world import World

pytestmark = pytest.mark.live

SCENARIO = bundled("scenarios", "mysql", "accounts.kanister.yaml")


@pytest.fixture(scope="module")
def options(node: World, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return kind_options(tmp_path_factory.mktemp("kind"))


def test_the_tutorial_makes_a_cluster_and_takes_it_away(
    node: World, options: list[str], table: Table, tmp_path: Path
) -> None:
    began = time.monotonic()
    run = node.pytest(str(SCENARIO), *options, cwd=tmp_path)
    table.add(
        "kind (stand-in)",
        "mysql/accounts",
        "proven" if run.returncode == 0 else "failed",
        time.monotonic() - began,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "stands in for Kanister" in run.stdout
    assert NAME not in clusters_of(node, tmp_path)


def test_one_that_stands_is_used_from_any_folder_by_two_workers_and_left(
    cluster: World, options: list[str], table: Table, tmp_path: Path
) -> None:
    backend = "kind (stand-in), -n 2"
    run = table.run_bundled(backend, cluster, tmp_path, "mysql", *options, "-n", "2")

    assert run.returncode == 0, run.stdout + run.stderr
    assert NAME in clusters_of(cluster, tmp_path), "it is not ours to delete"


def test_kill_9_leaves_what_cleanup_finds(
    cluster: World, options: list[str], tmp_path: Path
) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(SCENARIO), *options],
        cwd=tmp_path,
        env=dict(cluster.env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def ours() -> list[str]:
        return made_namespaces(cluster, tmp_path)

    assert wait_until(lambda: ours() or run.poll() is not None or None, Deadline(120.0))
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert ours(), "the run had made its namespaces"

    cleanup = cluster.run(
        *(sys.executable, "-m", "pytest_kanister", "cleanup"),
        *("--kubeconfig", str(access_to(cluster, tmp_path)), "--context", f"kind-{NAME}", "--all"),
        cwd=tmp_path,
    )

    assert cleanup.returncode == 0, cleanup.stdout + cleanup.stderr
    assert wait_until(lambda: not ours() or None, Deadline(60.0)), ours()


def test_by_pytest_kind_s_own_fixture(node: World, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_it(kind_cluster):\n    assert 'Ready' in kind_cluster.kubectl('get', 'nodes')\n"
    )
    programs = node.engine.folder / "people"
    run = node.pytest(
        *("test_it.py", "--cluster-name", "fixture", "--kind-image", NODE_IMAGE),
        *("--kind-bin", str(programs / "kind"), "--kind-kubectl-bin", str(programs / "kubectl")),
        cwd=tmp_path,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "fixture" not in clusters_of(node, tmp_path)
