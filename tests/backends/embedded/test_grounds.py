import fcntl
import os
import select
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._backends.embedded import grounds
from pytest_kanister._base.folders import run_root_path


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return run_root_path()


def claim(name: str) -> grounds.Plot:
    plot = grounds.Plot.claim(name)
    assert plot is not None
    return plot


def test_a_claimed_folder_is_private_and_alive(root: Path) -> None:
    plot = claim("one")
    try:
        assert stat.S_IMODE(plot.folder.stat().st_mode) == 0o700
        assert grounds.is_alive(plot.folder)
        assert grounds.clusters() == [plot.folder]
    finally:
        plot.give_up()


def test_the_last_one_takes_the_root_along(root: Path) -> None:
    one, two = claim("one"), claim("two")

    one.give_up()
    assert [folder.name for folder in root.iterdir()] == ["two"]
    two.give_up()
    assert not root.exists()


def test_a_living_cluster_keeps_its_name() -> None:
    plot = claim("one")
    try:
        assert grounds.Plot.claim("one") is None
        assert grounds.is_alive(plot.folder)
    finally:
        plot.give_up()


def test_looking_makes_nothing(root: Path) -> None:
    assert grounds.clusters() == []
    assert not grounds.is_alive(grounds.find_plot("one"))
    grounds.sweep()

    assert not root.exists()


KILLED = """
import os, subprocess, sys, tempfile
tempfile.tempdir = sys.argv[1]
from pytest_kanister._backends.embedded import grounds
plot = grounds.Plot.claim("killed")
(plot.folder / "pods").mkdir()
(plot.folder / "pods" / "data").write_text("x")
(plot.folder / "pods").chmod(0)
child = subprocess.Popen(
    ["sleep", "1000"], start_new_session=True, env={grounds.MARK: str(plot.folder)}
)
print(child.pid, flush=True)
input()
"""


def test_what_a_killed_cluster_left_is_swept(root: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(grounds.__file__).parents[3])},
    ) as cluster:
        assert cluster.stdout is not None
        orphan = int(cluster.stdout.readline())
        handle = os.pidfd_open(orphan)
        assert grounds.is_alive(root / "killed")
        cluster.kill()
    try:
        assert not grounds.is_alive(root / "killed")

        grounds.sweep()

        assert not root.exists()
        assert select.select([handle], [], [], 5)[0], "the orphan lives"
    finally:
        os.close(handle)


def test_a_shell_that_only_points_there_is_not_touched(root: Path) -> None:
    stale = root / "stale"
    stale.mkdir(parents=True)
    with subprocess.Popen(
        ["sleep", "1000"], env={"KUBECONFIG": str(stale / "kubeconfig")}
    ) as innocent:
        try:
            grounds.sweep()

            assert not stale.exists()
            assert innocent.poll() is None
        finally:
            innocent.kill()


def test_a_claim_sweeps_a_dead_namesake(root: Path) -> None:
    (root / "one").mkdir(parents=True, mode=0o700)
    (root / "one" / "old").write_text("x")
    plot = claim("one")
    try:
        assert list(plot.folder.iterdir()) == []
    finally:
        plot.give_up()


def test_a_claim_waits_for_whoever_looks_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker asks `is_alive` just when the folder has been made."""
    really = os.open

    def seen_by_another(path: Any, *options: Any) -> int:
        handle = really(path, *options)
        if Path(path).name == "one":
            look = really(path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(look, fcntl.LOCK_SH)
            threading.Timer(0.05, os.close, (look,)).start()
        return handle

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", seen_by_another)
        plot = claim("one")

    assert grounds.is_alive(plot.folder)
    plot.give_up()


def test_a_claim_survives_the_end_of_the_last_cluster(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process' last cluster takes the root along, just when we have made sure of it."""
    really, ends = Path.mkdir, [root, root]

    def and_gone(path: Path, *options: Any, **named: Any) -> None:
        really(path, *options, **named)
        if ends and path == ends[-1]:
            ends.pop().rmdir()

    monkeypatch.setattr(Path, "mkdir", and_gone)
    plot = claim("one")

    assert not ends
    plot.give_up()
    assert not root.exists()
    assert grounds.clusters() == []
