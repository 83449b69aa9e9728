"""Backend kind on a real cluster: the real kind, a real API server, a real kubelet.

No released image of Kanister can be had here, so our operator stands in, and every result says so.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._base.polling import Deadline, wait_until
from tests.live.conftest import Table, World
from tests.live.images import all_images
from tests.live.node import NODE_IMAGE

pytestmark = pytest.mark.live

SCENARIO = bundled("scenarios", "mysql", "accounts.kanister.yaml")
NAME = "live"
CONFIG = """\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {disableDefaultCNI: true, podSubnet: 10.244.0.0/24}
"""


@pytest.fixture(scope="module")
def options(node: World, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    config = tmp_path_factory.mktemp("kind") / "kind.yaml"
    config.write_text(CONFIG)
    images = ",".join(image.tag for image in all_images())
    return [
        "--kanister-backend=kind",
        f"--kanister-kind-name={NAME}",
        f"--kanister-kind-image={NODE_IMAGE}",
        f"--kanister-kind-config={config}",
        f"--kanister-kind-load={images}",
        "--kanister-install=stand-in",
        "--kanister-ready-timeout-s=300",
    ]


@pytest.fixture(scope="module")
def cluster(
    node: World, options: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A cluster that somebody else's process keeps, as a person's own would be."""
    folder = tmp_path_factory.mktemp("keeper")
    config = next(word for word in options if "kind-config" in word).partition("=")[2]
    made = node.run(
        "kind",
        "create",
        "cluster",
        "--name",
        NAME,
        "--image",
        NODE_IMAGE,
        "--config",
        config,
        "--kubeconfig",
        str(folder / "kubeconfig"),
        cwd=folder,
    )
    assert made.returncode == 0, made.stderr
    yield node
    node.run("kind", "delete", "cluster", "--name", NAME, cwd=folder)


def _clusters(world: World, folder: Path) -> list[str]:
    return world.run("kind", "get", "clusters", cwd=folder).stdout.split()


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
    assert NAME not in _clusters(node, tmp_path)


def test_one_that_stands_is_used_from_any_folder_by_two_workers_and_left(
    cluster: World, options: list[str], table: Table, tmp_path: Path
) -> None:
    for number in range(2):
        text = SCENARIO.read_text().replace("../../fixtures/blueprints/", "")
        (tmp_path / f"{number}.kanister.yaml").write_text(text)
    began = time.monotonic()
    run = cluster.pytest(".", *options, "-n", "2", cwd=tmp_path)
    table.add(
        "kind (stand-in), -n 2",
        "2 x mysql/accounts",
        "proven" if run.returncode == 0 else "failed",
        time.monotonic() - began,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert NAME in _clusters(cluster, tmp_path), "it is not ours to delete"


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
    access = tmp_path / "kubeconfig"
    cluster.run(
        *("kind", "export", "kubeconfig", "--name", NAME, "--kubeconfig", str(access)),
        cwd=tmp_path,
    )

    def ours() -> list[str]:
        words = ("get", "namespaces", "-l", "pytest-kanister/run", "-o", "name")
        said = cluster.run("kubectl", "--kubeconfig", str(access), *words, cwd=tmp_path)
        return said.stdout.split()

    assert wait_until(lambda: ours() or run.poll() is not None or None, Deadline(120.0))
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert ours(), "the run had made its namespaces"

    cleanup = cluster.run(
        *(sys.executable, "-m", "pytest_kanister", "cleanup"),
        *("--kubeconfig", str(access), "--context", f"kind-{NAME}", "--all"),
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
    assert "fixture" not in _clusters(node, tmp_path)
