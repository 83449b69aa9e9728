"""The wait against a real API server; the test writes what Kanister would write."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._kanister.blueprint import Blueprint
from pytest_kanister._kanister.client import create_actionset, wait_actionset
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import ACTIONSETS, PODS
from pytest_kanister.errors import (
    ActionSetFailed,
    ActionSetTimeout,
    EnvironmentProblem,
    NotFound,
)
from tests.support.api import Server


@pytest.fixture
def actionset(kube: KubeClient) -> str:
    return make(kube)


def make(kube: KubeClient, kind: str = "statefulset") -> str:
    return create_actionset(
        kube, action="backup", blueprint="example", target=Target(kind, "db", "shop")
    )


def write(kube: KubeClient, name: str, state: str, phase: str = "", message: str = "") -> None:
    status = {
        "state": state,
        "actions": [
            {
                "name": "backup",
                "blueprint": "example",
                "phases": [{"name": "dump", "state": phase or state}],
            }
        ],
        "error": {"message": message},
        "progress": {"runningPhase": "dump" if state == "running" else ""},
    }
    kube.patch(ACTIONSETS, name, {"status": status}, "kanister")


def later(work: Callable[[], Any], delay_s: float = 0.1) -> threading.Timer:
    timer = threading.Timer(delay_s, work)
    timer.start()
    return timer


def test_a_complete_one_is_returned_and_phases_are_told(kube: KubeClient, actionset: str) -> None:
    told: list[str] = []
    write(kube, actionset, "running")
    timer = later(lambda: write(kube, actionset, "complete"))

    ended = wait_actionset(kube, actionset, timeout_s=20, on_progress=told.append)

    timer.join()
    assert ended["status"]["state"] == "complete"
    assert told == [f"{actionset}: phase dump (0 % done)"]


def test_a_failed_one_points_into_the_blueprint(
    kube: KubeClient, actionset: str, blueprint: Blueprint
) -> None:
    kube.create(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{actionset}.1", "namespace": "kanister"},
            "involvedObject": {"kind": "ActionSet", "name": actionset, "namespace": "kanister"},
            "type": "Warning",
            "reason": "ActionSetFailed Action: backup",
            "message": "Failed to execute phase: dump",
        }
    )
    message = 'null: Failed to render template: "image" not found'
    write(kube, actionset, "failed", message=message)

    with pytest.raises(ActionSetFailed) as failed:
        wait_actionset(kube, actionset, timeout_s=20, blueprint=blueprint)

    assert failed.value.action == "backup"
    assert failed.value.phase == "dump"
    assert failed.value.message == message
    assert failed.value.where == f"{blueprint.path}:11:28"
    assert "Failed to execute phase: dump" in failed.value.evidence


def test_a_failure_before_any_phase(kube: KubeClient, actionset: str) -> None:
    status = {"state": "failed", "error": {"message": "Failed to query blueprint"}}
    kube.patch(ACTIONSETS, actionset, {"status": status}, "kanister")

    with pytest.raises(ActionSetFailed) as failed:
        wait_actionset(kube, actionset, timeout_s=20)

    assert (failed.value.action, failed.value.phase) == ("backup", "")


def test_time_is_over(kube: KubeClient, actionset: str) -> None:
    write(kube, actionset, "running")

    with pytest.raises(ActionSetTimeout, match="still running after 0 s, in phase dump") as over:
        wait_actionset(kube, actionset, timeout_s=0.1)

    assert over.value.phase == "dump"


def test_one_that_is_deleted(kube: KubeClient, actionset: str) -> None:
    timer = later(lambda: kube.delete(ACTIONSETS, actionset, "kanister"))

    with pytest.raises(NotFound, match="it was deleted"):
        wait_actionset(kube, actionset, timeout_s=20)
    timer.join()


@pytest.mark.slow
def test_one_that_kanister_ignores_as_invalid(kube: KubeClient) -> None:
    name = make(kube, kind="secret")
    start = time.monotonic()

    with pytest.raises(ActionSetFailed, match=r"(?s)finds it invalid.*object\.kind.*'secret'"):
        wait_actionset(kube, name, timeout_s=60)

    assert time.monotonic() - start < 10


@pytest.mark.slow
def test_nobody_executes_actionsets(kube: KubeClient, actionset: str) -> None:
    with pytest.raises(EnvironmentProblem, match="no Kanister operator runs in namespace kanister"):
        wait_actionset(kube, actionset, timeout_s=60)


def a_pod(kube: KubeClient, namespace: str, name: str, **extra: Any) -> None:
    kube.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace, **extra},
            "spec": {
                "containers": [{"name": "c", "image": "ghcr.io/kanisterio/controller:0.119.0"}]
            },
        }
    )


def statuses(server: Server, namespace: str, name: str, **entry: Any) -> None:
    status = {
        "phase": "Pending",
        "containerStatuses": [
            {"name": "c", "image": "x", "imageID": "", "ready": False, "restartCount": 0, **entry}
        ],
    }
    body = {"status": status}
    server.run(server.api.patch(PODS, name, body, namespace, subresource="status"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("ErrImagePull", "the image registry/unknown:1 cannot be had"),
        ("ImagePullBackOff", "the image registry/unknown:1 cannot be had"),
        ("CreateContainerConfigError", "its container c cannot be made"),
    ],
)
def test_a_task_pod_that_cannot_start_is_told_early(
    server: Server, kube: KubeClient, actionset: str, reason: str, text: str
) -> None:
    write(kube, actionset, "running")
    labels = {"createdBy": "kanister", "kanister.io/JobID": actionset}
    pod = f"kanister-job-{reason.lower()}"
    a_pod(kube, "default", pod, labels=labels)
    waiting = {"reason": reason, "message": "the kubelet's own words"}
    statuses(server, "default", pod, image="registry/unknown:1", state={"waiting": waiting})
    try:
        with pytest.raises(EnvironmentProblem, match=text) as problem:
            wait_actionset(kube, actionset, timeout_s=60)
    finally:
        kube.delete(PODS, pod, "default", grace_period_s=0)

    assert "the kubelet's own words" in problem.value.evidence
    if "image" in text:
        assert "PYTEST_KANISTER_IMAGE_MAP" in problem.value.remedies[0]


@pytest.mark.slow
def test_another_actionsets_pod_is_not_ours(
    server: Server, kube: KubeClient, actionset: str
) -> None:
    write(kube, actionset, "running")
    labels = {"createdBy": "kanister", "kanister.io/JobID": "somebody-else"}
    a_pod(kube, "default", "kanister-job-other", labels=labels)
    statuses(server, "default", "kanister-job-other", state={"waiting": {"reason": "ErrImagePull"}})
    timer = later(lambda: write(kube, actionset, "complete"), 1.5)
    try:
        wait_actionset(kube, actionset, timeout_s=20)
    finally:
        timer.join()
        kube.delete(PODS, "kanister-job-other", "default", grace_period_s=0)


@pytest.mark.slow
def test_an_operator_that_was_restarted_never_comes_back_to_it(
    server: Server, kube: KubeClient, actionset: str
) -> None:
    write(kube, actionset, "running")
    a_pod(kube, "kanister", "operator")
    statuses(server, "kanister", "operator", state={"running": {}})
    timer = later(
        lambda: statuses(server, "kanister", "operator", restartCount=1, state={"running": {}})
    )
    try:
        with pytest.raises(ActionSetFailed, match=r"operator was restarted.*shows 1 restarts"):
            wait_actionset(kube, actionset, timeout_s=20)
    finally:
        timer.join()
        kube.delete(PODS, "operator", "kanister", grace_period_s=0)
