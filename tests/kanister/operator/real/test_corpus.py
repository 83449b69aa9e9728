"""Public Blueprints that use these functions, unchanged, on the embedded cluster."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kanister.client import (
    create_actionset,
    create_profile,
    derive_actionset,
    wait_actionset,
)
from pytest_kanister._kube.pods import wait_pod_ready
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import (
    PERSISTENTVOLUMECLAIMS,
    PODS,
    VOLUMESNAPSHOTCONTENTS,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("real")]

BESIDE = Path(__file__).parents[5] / "shared" / "corpus" / "blueprints"
CORPUS = next((place for place in (BESIDE,) if place.is_dir()), None)
TOOLS = "ghcr.io/kanisterio/kanister-tools:0.119.0"


def _blueprint(real: Any, path: str) -> str:
    """Makes a Blueprint of the corpus under a name of its own."""
    if CORPUS is None:
        pytest.skip("the corpus of public Blueprints is not beside the project")
    data = yaml.safe_load((CORPUS / path).read_text(encoding="utf-8"))
    name = f"corpus-{secrets.token_hex(4)}"
    data["metadata"] = {"name": name, "namespace": "kanister"}
    real.kube.create(data)
    return name


def _deployment(real: Any, mount: str, storage_class: str) -> None:
    """Deployment `app` with claim `data`, whose pod writes nothing by itself."""
    labels = {"app": "app"}
    real.kube.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data", "namespace": real.namespace},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": storage_class,
                "resources": {"requests": {"storage": "64Mi"}},
            },
        }
    )
    container = {
        "name": "test-container",
        "image": TOOLS,
        "command": ["sh", "-c", "tail -f /dev/null"],
        "volumeMounts": [{"name": "data", "mountPath": mount}],
    }
    real.kube.create(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "app", "namespace": real.namespace},
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "containers": [container],
                        "terminationGracePeriodSeconds": 0,
                        "volumes": [
                            {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
                        ],
                    },
                },
            },
        }
    )


def _pod(real: Any) -> str:
    """The Deployment's pod, once it is ready."""

    def living() -> str | None:
        pods = real.kube.list(PODS, real.namespace, label_selector="app=app")
        names = [
            pod["metadata"]["name"] for pod in pods if not pod["metadata"].get("deletionTimestamp")
        ]
        return names[0] if len(names) == 1 else None

    name = wait_until(living, Deadline(30))
    assert name is not None
    wait_pod_ready(real.kube, real.namespace, name, timeout_s=30)
    return name


def test_time_log(real: Any) -> None:
    _deployment(real, "/var/log", "standard")
    blueprint = _blueprint(real, "time-log/time-log-blueprint.yaml")
    # With a prefix in the Profile its delete would miss the backup: LocationDelete puts the
    # prefix in front, BackupData does not.
    profile = create_profile(
        real.kube,
        namespace=real.namespace,
        location=real.store.profile(real.bucket_name),
        access_key=real.store.access_key,
        secret_key=real.store.secret_key,
    )
    real.sh("echo 12:00 > /var/log/time.log", _pod(real))
    target = Target("deployment", "app", real.namespace)
    backup = create_actionset(
        real.kube, action="backup", blueprint=blueprint, target=target, profile=profile
    )
    wait_actionset(real.kube, backup, timeout_s=40)
    real.sh("rm /var/log/time.log", _pod(real))
    restore = derive_actionset(real.kube, backup, action="restore")
    wait_actionset(real.kube, restore, timeout_s=40)
    assert real.sh("cat /var/log/time.log", _pod(real)) == "12:00\n"
    assert real.bucket.objects()
    delete = derive_actionset(real.kube, backup, action="delete")
    wait_actionset(real.kube, delete, timeout_s=40)
    assert not real.bucket.objects()


def test_csi_snapshot(real: Any) -> None:
    blueprint = _blueprint(real, "csi-snapshot/csi-snapshot-blueprint.yaml")
    # What the Blueprint's own cluster has, on this one's driver.
    driver = "pytest-kanister/host-path"
    name = {"metadata": {"name": "do-block-storage"}}
    real.kube.create(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "provisioner": driver,
            **name,
        }
    )
    real.kube.create(
        {
            "apiVersion": "snapshot.storage.k8s.io/v1",
            "kind": "VolumeSnapshotClass",
            "driver": driver,
            "deletionPolicy": "Delete",
            **name,
        }
    )
    _deployment(real, "/data", "do-block-storage")
    real.sh("echo before > /data/x", _pod(real))
    target = Target("deployment", "app", real.namespace)
    backup = create_actionset(real.kube, action="backup", blueprint=blueprint, target=target)
    wait_actionset(real.kube, backup, timeout_s=40)
    real.sh("echo after > /data/x", _pod(real))
    old = real.kube.get(PERSISTENTVOLUMECLAIMS, "data", real.namespace)["metadata"]["uid"]
    restore = derive_actionset(real.kube, backup, action="restore")
    wait_actionset(real.kube, restore, timeout_s=40)
    assert real.sh("cat /data/x", _pod(real)) == "before\n"
    new = real.kube.get(PERSISTENTVOLUMECLAIMS, "data", real.namespace)["metadata"]["uid"]
    assert new != old
    delete = derive_actionset(real.kube, backup, action="delete")
    wait_actionset(real.kube, delete, timeout_s=40)

    def gone() -> bool | None:
        contents = real.kube.list(VOLUMESNAPSHOTCONTENTS)
        mine = [
            item
            for item in contents
            if item["spec"]["volumeSnapshotRef"]["namespace"] == real.namespace
        ]
        return not mine or None

    assert wait_until(gone, Deadline(20))
