"""The CSI functions on the embedded cluster's own volumes."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kube.pods import wait_pod_ready
from pytest_kanister._model.resources import (
    EVENTS,
    PERSISTENTVOLUMECLAIMS,
    STATEFULSETS,
    VOLUMESNAPSHOTCONTENTS,
    VOLUMESNAPSHOTS,
)
from pytest_kanister.errors import NotFound

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("real")]

TOOLS = "ghcr.io/kanisterio/kanister-tools:0.119.0"


def _phase(func: str, **args: Any) -> Any:
    return {"func": func, "name": func.lower(), "args": args}


def _create(real: Any, **args: Any) -> Any:
    given = {"pvc": "data-app-0", "namespace": real.namespace, "snapshotClass": "standard"}
    return _phase("CreateCSISnapshot", **given | args)


def _restore(real: Any, name: str, claim: str, **args: Any) -> Any:
    given = {
        "name": name,
        "pvc": claim,
        "namespace": real.namespace,
        "storageClass": "standard",
        "restoreSize": "64Mi",
    }
    return _phase("RestoreCSISnapshot", **given | args)


def _reader(real: Any, claim: str) -> None:
    """A pod `reader` that mounts the claim at /data."""
    mount = {"name": "data", "mountPath": "/data"}
    real.kube.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "reader", "namespace": real.namespace},
            "spec": {
                "terminationGracePeriodSeconds": 0,
                "containers": [
                    {
                        "name": "main",
                        "image": TOOLS,
                        "command": ["sh", "-c", "tail -f /dev/null"],
                        "volumeMounts": [mount],
                    }
                ],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}],
            },
        }
    )
    wait_pod_ready(real.kube, real.namespace, "reader", timeout_s=30)


def _gone(real: Any, resource: Any, name: str, namespace: str | None) -> bool:
    def gone() -> bool | None:
        try:
            real.kube.get(resource, name, namespace)
        except NotFound:
            return True
        return None

    return bool(wait_until(gone, Deadline(20)))


def test_the_whole_circle(real: Any) -> None:
    real.deploy()
    real.sh("cd /data; echo before > a; mkdir d; ln -s ../a d/link; chmod 700 d")
    [made] = real.outputs(_create(real, labels={"k": "v"}))
    assert made["name"].startswith("data-app-0-snapshot-")
    assert made.keys() == {"name", "pvc", "namespace", "restoreSize", "snapshotContent"}
    assert made["restoreSize"] == "64Mi"
    snapshot = real.kube.get(VOLUMESNAPSHOTS, made["name"], real.namespace)
    assert snapshot["metadata"]["labels"] == {"k": "v"}
    assert snapshot["status"]["readyToUse"] is True
    assert snapshot["status"]["creationTime"]

    real.sh("echo after > /data/a; rm -r /data/d")
    assert real.outputs(_restore(real, made["name"], "back")) == [None]
    _reader(real, "back")
    assert real.sh("cat /data/d/link; stat -c %a /data/d", "reader") == "before\n700\n"
    real.sh("echo mine > /data/a", "reader")
    assert real.sh("cat /data/a") == "after\n"

    content = real.kube.get(VOLUMESNAPSHOTCONTENTS, made["snapshotContent"])
    handle = content["status"]["snapshotHandle"]
    [static] = real.outputs(
        _phase(
            "CreateCSISnapshotStatic",
            name="again",
            namespace=real.namespace,
            driver=content["spec"]["driver"],
            snapshotHandle=handle,
            snapshotClass="standard",
        )
    )
    assert static.keys() == {"name", "namespace", "restoreSize", "snapshotContent"}
    assert static["restoreSize"] == "64Mi"
    assert static["snapshotContent"].startswith("again-content-")

    delete = _phase("DeleteCSISnapshot", name=made["name"], namespace=real.namespace)
    assert real.outputs(delete) == [None]
    assert _gone(real, VOLUMESNAPSHOTCONTENTS, made["snapshotContent"], None)
    # What is gone already is no error.
    real.outputs(delete)
    real.outputs(_phase("DeleteCSISnapshotContent", name=static["snapshotContent"]))
    assert _gone(real, VOLUMESNAPSHOTCONTENTS, static["snapshotContent"], None)


def test_what_fails(real: Any) -> None:
    real.deploy()
    namespace = real.namespace
    assert real.failure(_create(real, pvc="none")) == (
        f'{{"namespace":"{namespace}","pvc":"none"}}: Failed to find PVC: '
        'persistentvolumeclaims "none" not found'
    )
    assert 'volumesnapshotclass "none" not found' in real.failure(
        _create(real, snapshotClass="none")
    )
    given = {"namespace": namespace, "driver": "pytest-kanister/host-path", "name": "s"}
    lost = _phase(
        "CreateCSISnapshotStatic", **given, snapshotHandle="lost", snapshotClass="standard"
    )
    assert "snapshot lost: " in real.failure(lost)
    classless = _phase(
        "CreateCSISnapshotStatic", **given, snapshotHandle="lost", snapshotClass="none"
    )
    assert real.failure(classless).startswith(
        "null: Failed to get DeletionPolicy from VolumeSnapshotClass: "
    )
    assert "already exists" in real.failure(_restore(real, "none", "data-app-0"))


def test_a_claim_waits_for_what_fills_it(real: Any) -> None:
    real.deploy()
    real.sh("echo x > /data/x")
    real.outputs(_restore(real, "later", "back"))
    [small] = [_restore(real, "later", "small", restoreSize="1Mi")]
    real.outputs(small)
    claim = real.kube.get(PERSISTENTVOLUMECLAIMS, "back", real.namespace)
    assert claim["status"]["phase"] == "Pending"
    real.outputs(_create(real, name="later"))
    _reader(real, "back")
    assert real.sh("cat /data/x", "reader") == "x\n"

    def told() -> bool | None:
        events = real.kube.list(EVENTS, real.namespace)
        wanted = "requested volume size 1Mi is less than the size 64Mi"
        return any(wanted in event["message"] for event in events) or None

    assert wait_until(told, Deadline(20))
    assert real.kube.get(STATEFULSETS, "app", real.namespace)["status"]["readyReplicas"] == 1
