"""Our operator in Kanister's place: a process of its own, with nothing but a kubeconfig."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._backends.kubeconfig.kanister import find_executor
from pytest_kanister._backends.standing_in import RECORD
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kanister.client import create_actionset, wait_actionset
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import CONFIGMAPS, NAMESPACES
from pytest_kanister.errors import EnvironmentProblem, NotFound
from tests.support.clusters import own_cluster

pytestmark = pytest.mark.slow
BLUEPRINT = {
    "apiVersion": "cr.kanister.io/v1alpha1",
    "kind": "Blueprint",
    "metadata": {"name": "greet", "namespace": "elsewhere"},
    "actions": {
        "backup": {
            "phases": [
                {
                    "name": "say",
                    "func": "KubeTask",
                    "args": {
                        "namespace": "elsewhere",
                        "image": "busybox",
                        "command": ["sh", "-c", "kando output greeting '{{ .Namespace.Name }}'"],
                    },
                }
            ]
        }
    },
}


@pytest.fixture(scope="module")
def kube() -> Iterator[KubeClient]:
    with own_cluster("standing-in") as backend:
        client = backend.connect()
        yield client
        client.close()


def operator(kube: KubeClient, log: Path, *more: str) -> subprocess.Popen[bytes]:
    argv = [
        *(sys.executable, "-m", "pytest_kanister", "operator", "--kubeconfig"),
        *(str(kube.kubeconfig), "--context", "pytest-kanister", "--namespace", "elsewhere", *more),
    ]
    with log.open("wb") as out:
        return subprocess.Popen(argv, stdout=out, stderr=out)


def record(kube: KubeClient) -> bool | None:
    try:
        kube.get(CONFIGMAPS, RECORD, "elsewhere")
    except NotFound:
        return None
    return True


def test_it_executes_says_so_and_leaves_nothing(kube: KubeClient, tmp_path: Path) -> None:
    refused = operator(kube, tmp_path / "refused")
    assert refused.wait(timeout=30) == 4
    assert "there is no namespace elsewhere" in (tmp_path / "refused").read_text()
    with pytest.raises(EnvironmentProblem, match="nobody executes ActionSets"):
        find_executor(kube, "elsewhere")

    process = operator(kube, tmp_path / "log", "--create-namespace")
    try:
        assert wait_until(lambda: record(kube), Deadline(30)), (tmp_path / "log").read_text()
        assert "stands in for Kanister" in find_executor(kube, "elsewhere").words
        second = operator(kube, tmp_path / "second")
        assert second.wait(timeout=30) == 2
        assert "another operator stands in" in (tmp_path / "second").read_text()

        kube.create(BLUEPRINT)
        name = create_actionset(
            kube,
            action="backup",
            blueprint="greet",
            target=Target("namespace", "elsewhere", "elsewhere"),
            namespace="elsewhere",
        )
        ended = wait_actionset(kube, name, namespace="elsewhere", timeout_s=60)
        (phase,) = ended["status"]["actions"][0]["phases"]
        assert phase["output"]["greeting"] == "elsewhere"
        log = (tmp_path / "log").read_text()
        assert log.startswith("our operator (emulates Kanister")
        assert "Executing action backup" in log
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(timeout=30)
    assert status == 0
    assert record(kube) is None
    kube.delete(NAMESPACES, "elsewhere", wait_s=30)


def test_output_is_counted_in_its_container(kube: KubeClient) -> None:
    from pytest_kanister._kube.pods import wait_pod_ready
    from pytest_kanister._kube.streams import checked
    from pytest_kanister.errors import Unverified

    container = {"name": "c", "image": "busybox", "command": ["sleep", "1000"]}
    kube.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "counts"},
            "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
        }
    )
    wait_pod_ready(kube, "default", "counts", timeout_s=60)
    script = "head -c 3000000 /dev/zero; echo oops >&2; exit 3"
    done = kube.exec_whole("default", "counts", ["sh", "-c", script])
    assert (done.exit_status, len(done.stdout), done.stderr) == (3, 3_000_000, b"oops\n")
    assert kube.exec_whole("default", "counts", ["true"]).stdout == b""
    echoed = kube.exec_whole("default", "counts", ["cat"], stdin=b"in and out")
    assert echoed.stdout == b"in and out"

    from pytest_kanister._kube import ExecResult
    from pytest_kanister._kube.streams import counted

    argv, word = counted(["echo", "hello"])
    whole = kube.exec("default", "counts", argv)
    assert checked(whole, word)[1] == b"hello\n"
    with pytest.raises(Unverified, match="wrote 6 bytes and 3 came"):
        checked(ExecResult(0, whole.stdout[:3], whole.stderr), word)
    with pytest.raises(Unverified, match="ended without its end after 6 bytes"):
        checked(ExecResult(0, whole.stdout, b"cut"), word)
