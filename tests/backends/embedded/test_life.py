"""The embedded cluster's life, for real: who starts it, who joins, and that nothing is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.capabilities import Capabilities
from pytest_kanister._model.resources import DEPLOYMENTS, PODS
from pytest_kanister.errors import EnvironmentProblem
from tests.support.leftovers import Watch, become_reaper, descendants

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]

CONTROLLER = """
import json, os, sys
from dataclasses import asdict
if "AS_WORKER" in os.environ:  # as xdist does: in the process that runs already
    os.environ["PYTEST_XDIST_TESTRUNUID"] = os.environ["PYTEST_XDIST_WORKER"] = "gw0"
from pytest_kanister._backends import open_backend
from pytest_kanister._model.settings import Settings
backends = []
for line in sys.stdin:
    word = line.strip()
    if word == "open":
        backends.append(open_backend(Settings(), lambda text: None))
        print(json.dumps([str(backends[-1].kubeconfig), asdict(backends[-1].capabilities)]))
    elif word == "keep":
        backends.append(open_backend(Settings(keep=True), lambda text: None))
        print(json.dumps([str(backends[-1].kubeconfig), asdict(backends[-1].capabilities)]))
    elif word == "close":
        backends.pop().close()
        print("null")
    sys.stdout.flush()
"""


class Controller:
    """A python process that opens and closes backends as told: what pytest does."""

    def __init__(self, tmp: Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONTROLLER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp), "PYTHONPATH": str(ROOT), **environment},
        )

    def say(self, word: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the controller ended"
        return json.loads(line)

    def open(self, word: str = "open") -> KubeClient:
        path, told = self.say(word)
        for name in ("losses", "not_modelled"):
            told[name] = tuple(told[name])
        return KubeClient(Path(path), Capabilities(**told))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()


@pytest.fixture
def tmp() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kl-") as name:  # short: unix sockets lie in it
        yield Path(name)


class OurWatch(Watch):
    """A watch that other clusters on this machine do not disturb: ports of our networks only."""

    networks: tuple[str, ...] = ()

    def ours(self, kube: KubeClient) -> None:
        server = yaml.safe_load(kube.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
        address = IPv4Address(urlsplit(server).hostname or "")
        # As /proc/net/tcp writes the first three numbers: last one first.
        self.networks += (address.packed[:3][::-1].hex().upper(),)

    def left(self) -> list[str]:
        return [
            item
            for item in super().left()
            if not item.startswith("port ") or item[7:13] in self.networks
        ]


@pytest.fixture
def watch(tmp: Path) -> Iterator[OurWatch]:
    become_reaper()
    seen = OurWatch(tmp)
    yield seen
    seen.sweep()


@pytest.fixture
def controller(tmp: Path, watch: OurWatch) -> Iterator[Controller]:
    running = Controller(tmp)
    yield running
    running.end()


def a_pod(name: str) -> dict[str, Any]:
    """A pod whose process forks away into a session of its own."""
    script = "setsid sleep 1000 & exec sleep 1000"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", script]}]
        },
    }


def run_pod(kube: KubeClient) -> None:
    kube.create(a_pod("busy"))
    phase = kube.wait_for(
        PODS,
        "busy",
        "default",
        lambda pod: (pod and pod.get("status", {}).get("phase") == "Running") or None,
        timeout_s=60,
    )
    assert phase


def sleepers() -> list[str]:
    return [text for text in descendants().values() if "sleep 1000" in text]


def test_open_use_close(controller: Controller, watch: OurWatch) -> None:
    kube = controller.open()
    watch.ours(kube)
    assert kube.capabilities.kanister == "embedded operator (emulates Kanister 0.119.0)"
    assert [item["metadata"]["name"] for item in kube.list(DEPLOYMENTS, "kanister")]
    assert kube.kubeconfig.stat().st_mode & 0o777 == 0o600
    assert kube.kubeconfig.parent.stat().st_mode & 0o777 == 0o700

    kinds = {item.split()[0] for item in watch.left()}
    assert kinds == {"process", "port", "folder"}, "the watch sees what there is to leave"

    controller.say("close")

    kube.close()
    controller.end()
    assert watch.left() == []


def zombies(watch: OurWatch) -> list[str]:
    """Ended processes that the cluster's process has not taken leave of."""
    living = descendants(folder=watch.folder)
    (cluster,) = (pid for pid, text in living.items() if "embedded.serve" in text)
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state == "Z" and int(parent) == cluster:
                found.append(process.name)
    return found


def test_a_killed_command_keeps_neither_its_pod_nor_the_cluster(
    controller: Controller, watch: OurWatch
) -> None:
    """nsenter's child becomes the cluster's when nsenter is killed first; unless it is reaped,
    the kernel keeps the pod's namespace, and whoever waits for the pod's end waits for ever."""
    kube = controller.open()
    watch.ours(kube)
    run_pod(kube)
    for _ in range(3):
        with pytest.raises(EnvironmentProblem):
            kube.exec("default", "busy", ["sh", "-c", "sleep 1000 & sleep 1000"], timeout_s=0.5)

    kube.delete(PODS, "busy", "default", wait_s=10.0, grace_period_s=0)

    assert wait_until(lambda: not sleepers() or None, Deadline(5)), sleepers()
    assert wait_until(lambda: not zombies(watch) or None, Deadline(5)), zombies(watch)
    controller.say("close")
    kube.close()
    controller.end()
    assert watch.left_after(2.0) == []


def test_the_second_open_joins_and_the_last_close_ends(
    controller: Controller, watch: OurWatch, tmp: Path
) -> None:
    first, second = controller.open(), controller.open()
    watch.ours(first)
    assert first.kubeconfig == second.kubeconfig

    controller.say("close")
    assert second.list(PODS, "kanister")
    controller.say("close")
    assert list(tmp.iterdir()) == []


def test_kill_9_of_the_controller_takes_all_along(controller: Controller, watch: OurWatch) -> None:
    kube = controller.open()
    watch.ours(kube)
    run_pod(kube)
    assert wait_until(lambda: len(sleepers()) >= 2 or None, Deadline(10)), "the pod runs for real"

    controller.end()

    kube.close()
    assert watch.left_after(2.0) == []


@pytest.mark.parametrize("delay_s", [0.0, 0.03, 0.06, 0.1, 0.2, 0.3, 0.45, 0.7])
def test_kill_9_while_it_starts(tmp: Path, watch: OurWatch, delay_s: float) -> None:
    controller = Controller(tmp)
    assert controller.process.stdin is not None
    controller.process.stdin.write("open\n")
    controller.process.stdin.flush()
    time.sleep(delay_s)

    controller.end()

    assert watch.left_after(3.0) == []


def test_kill_9_of_the_cluster_itself_is_swept_by_the_next(
    tmp: Path, controller: Controller, watch: OurWatch
) -> None:
    kube = controller.open()
    watch.ours(kube)
    run_pod(kube)
    told = json.loads((kube.kubeconfig.parent / "ready.json").read_text())
    os.kill(told["pid"], signal.SIGKILL)
    kube.close()

    again = Controller(tmp)
    other = again.open()
    watch.ours(other)

    assert [path.name for path in kube.kubeconfig.parent.parent.iterdir()] == [
        other.kubeconfig.parent.name
    ]
    assert wait_until(lambda: not sleepers() or None, Deadline(5)), "its pods are gone"
    again.end()
    controller.end()
    assert watch.left_after(2.0) == []


def test_sigterm_ends_it_in_order(controller: Controller, watch: OurWatch) -> None:
    kube = controller.open()
    watch.ours(kube)
    run_pod(kube)
    told = json.loads((kube.kubeconfig.parent / "ready.json").read_text())

    os.kill(told["pid"], signal.SIGTERM)

    kube.close()
    assert wait_until(lambda: not sleepers() or None, Deadline(5))
    controller.end()
    assert watch.left_after(2.0) == []


WORKERS = """
import subprocess, sys, json, os
workers = [
    subprocess.Popen(
        [sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env={**os.environ, "AS_WORKER": "1"},
    )
    for _ in range(3)
]
for worker in workers:
    worker.stdin.write("open\\n"); worker.stdin.flush()
print(json.dumps([json.loads(worker.stdout.readline())[0] for worker in workers]), flush=True)
workers[0].kill()
for worker in workers[1:]:
    worker.stdin.write("close\\n"); worker.stdin.flush(); worker.stdout.readline()
print(json.dumps("closed"), flush=True)
sys.stdin.read()
for worker in workers:
    worker.kill()
"""


def test_workers_share_one_cluster_that_ends_with_their_controller(
    tmp: Path, watch: OurWatch
) -> None:
    controller = subprocess.Popen(
        [sys.executable, "-c", WORKERS, CONTROLLER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp), "PYTHONPATH": str(ROOT)},
    )
    assert controller.stdout is not None
    paths = json.loads(controller.stdout.readline())
    assert len(set(paths)) == 1
    assert controller.stdout.readline() == '"closed"\n'

    assert Path(paths[0]).exists(), "other workers may still use it"

    controller.communicate(timeout=10)
    assert watch.left_after(2.0) == []


@pytest.mark.parametrize("delay_s", [0.1, 0.3, 0.5])
def test_an_up_that_is_killed_on_the_way_leaves_nothing(
    tmp: Path, watch: OurWatch, delay_s: float
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "pytest_kanister", "cluster", "up"],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp), "PYTHONPATH": str(ROOT)},
    ) as up:
        time.sleep(delay_s)
        up.kill()
        told, _ = up.communicate()

    if told:  # a fast machine: it was up already
        command(tmp, "down")
    assert watch.left_after(3.0) == []


def test_a_kept_cluster_outlives_its_run(
    tmp: Path, controller: Controller, watch: OurWatch
) -> None:
    kube = controller.open("keep")
    watch.ours(kube)
    controller.say("close")
    controller.end()

    assert kube.list(PODS, "kanister")
    kube.close()
    done = command(tmp, "down")
    assert str(kube.kubeconfig.parent) in done.stderr
    assert watch.left() == []


def command(tmp: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest_kanister", "cluster", *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TMPDIR": str(tmp), "PYTHONPATH": str(ROOT)},
    )


def test_cluster_up_env_status_down(tmp: Path, watch: OurWatch) -> None:
    up = command(tmp, "up")
    path = up.stdout.strip()
    assert up.stdout == f"{path}\n", "the path and nothing else"
    assert Path(path).is_file()
    assert command(tmp, "up").stdout == up.stdout
    assert command(tmp, "env").stdout == f"export KUBECONFIG={path}\n"
    assert command(tmp, "status").stdout.startswith(path)

    command(tmp, "down")

    assert watch.left() == []
    assert command(tmp, "status").stdout == "no cluster runs\n"
    assert list(tmp.iterdir()) == [], "asking makes nothing"
