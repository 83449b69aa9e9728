"""Logs, exec and reach, on a whole embedded cluster."""

import tempfile
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import pytest

from pytest_kanister._backends import open_backend
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import PODS
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import BadRequest, EnvironmentProblem, NotFound

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kube() -> Iterator[KubeClient]:
    with tempfile.TemporaryDirectory(prefix="kp-") as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", name)
        patch.setenv("TMPDIR", name)
        patch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)  # it is ours to end
        backend = open_backend(Settings(), lambda _line: None)
        client = KubeClient(backend.kubeconfig, backend.capabilities)
        run_pod(client, "tool", "sleep 1000")
        yield client
        client.close()
        backend.close()


def run_pod(kube: KubeClient, name: str, script: str, **spec: Any) -> None:
    container = {"name": "main", "image": "bash", "command": ["sh", "-c", script], **spec}
    kube.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": {"app": name}},
            "spec": {"containers": [container], "restartPolicy": "Never"},
        },
        "default",
    )
    phases = ("Running", "Succeeded", "Failed")
    assert kube.wait_for(
        PODS,
        name,
        "default",
        lambda pod: (pod and pod.get("status", {}).get("phase") in phases) or None,
        timeout_s=60,
    )


def test_output_and_exit_status_of_a_command(kube: KubeClient) -> None:
    done = kube.exec("default", "tool", ["sh", "-c", "echo out; echo err >&2; exit 7"])

    assert (done.exit_status, done.stdout, done.stderr) == (7, b"out\n", b"err\n")


def test_success_is_0(kube: KubeClient) -> None:
    assert kube.exec("default", "tool", ["true"], container="main").exit_status == 0


def test_input_goes_in_to_its_end_byte_for_byte(kube: KubeClient) -> None:
    data = bytes(range(256)) * 2000

    done = kube.exec("default", "tool", ["cat"], stdin=data)

    assert done.exit_status == 0
    assert done.stdout == data


def test_arguments_arrive_as_they_are(kube: KubeClient) -> None:
    words = ["a b", "", "c'\"d", "é\n&x=1"]

    done = kube.exec("default", "tool", ["printf", "%s|", *words])

    assert done.stdout.decode() == "".join(f"{word}|" for word in words)


def test_a_command_that_runs_too_long(kube: KubeClient) -> None:
    with pytest.raises(EnvironmentProblem, match="ran longer than") as over:
        kube.exec("default", "tool", ["sh", "-c", "echo begun; sleep 100"], timeout_s=0.5)

    assert over.value.evidence == "begun\n"


def test_exec_where_there_is_no_such_pod(kube: KubeClient) -> None:
    with pytest.raises(NotFound, match='pods "absent" not found'):
        kube.exec("default", "absent", ["true"])


def test_exec_where_there_is_no_such_container(kube: KubeClient) -> None:
    with pytest.raises(BadRequest, match="container nobody is not valid for pod tool"):
        kube.exec("default", "tool", ["true"], container="nobody")


def test_a_program_that_is_not_there(kube: KubeClient) -> None:
    assert kube.exec("default", "tool", ["no-such-program"]).exit_status in (126, 127)


def test_logs(kube: KubeClient) -> None:
    run_pod(kube, "talks", "echo one; echo two; echo three >&2")
    kube.wait_for(
        PODS,
        "talks",
        "default",
        lambda pod: (pod and pod["status"]["phase"] == "Succeeded") or None,
        timeout_s=20,
    )

    assert kube.logs("default", "talks").splitlines() == ["one", "two", "three"]
    assert kube.logs("default", "talks", container="main", tail_lines=1) == "three\n"


def test_a_service_is_reached_where_its_pod_listens(kube: KubeClient) -> None:
    run_pod(
        kube,
        "web",
        'sleep 0.3; exec python3 -m http.server 8000 --bind "$IP"',
        env=[{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
        readinessProbe={"tcpSocket": {"port": 8000}},
    )
    kube.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8000}]},
        },
        "default",
    )

    with (
        kube.reach("default", "web", 80) as address,
        urlopen(f"http://{address.host}:{address.port}/", timeout=10) as answer,
    ):
        assert answer.status == 200
    with pytest.raises(EnvironmentProblem, match="has no port 81; its ports: 80"):
        kube.reach("default", "web", 81).__enter__()


def test_a_service_without_a_ready_pod_says_what_its_pods_say(kube: KubeClient) -> None:
    kube.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "odd", "labels": {"app": "odd"}},
            "spec": {"containers": [{"name": "c", "image": "registry.example/odd:1"}]},
        },
        "default",
    )
    kube.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "odd"},
            "spec": {"selector": {"app": "odd"}, "ports": [{"port": 80}]},
        },
        "default",
    )

    with pytest.raises(EnvironmentProblem, match="had no ready endpoint after 1 s") as problem:
        kube.reach("default", "odd", 80, timeout_s=1).__enter__()

    assert "pod odd Pending" in problem.value.evidence
    assert "registry.example/odd:1" in problem.value.evidence


def test_no_such_service(kube: KubeClient) -> None:
    with pytest.raises(NotFound):
        kube.reach("default", "absent", 80).__enter__()
