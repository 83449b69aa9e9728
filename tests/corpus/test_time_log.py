"""`time-log`: restic in the application's own container."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kanister._model.resources import DEPLOYMENTS, PODS
from pytest_kanister.errors import ActionSetFailed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("corpus")]
TOOLS = "ghcr.io/kanisterio/kanister-tools:0.119.0"


def _deploy(ground: Any) -> None:
    labels = {"app": "time-logger"}
    ground.create(
        "v1",
        "PersistentVolumeClaim",
        "time-log-pvc",
        labels,
        spec={
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "64Mi"}},
        },
    )
    container = {
        "name": "test-container",
        "image": TOOLS,
        "command": ["sh", "-c", "tail -f /dev/null"],
        "volumeMounts": [{"name": "data", "mountPath": "/var/log"}],
    }
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "time-log-pvc"}}
    template = {
        "metadata": {"labels": labels},
        "spec": {
            "containers": [container],
            "volumes": [volume],
            "terminationGracePeriodSeconds": 0,
        },
    }
    spec = {"selector": {"matchLabels": labels}, "template": template}
    ground.create("apps/v1", "Deployment", "time-logger", labels, spec=spec)
    _wait(ground)


def _wait(ground: Any) -> None:
    def available(obj: Any) -> bool | None:
        return (obj or {}).get("status", {}).get("availableReplicas") == 1 or None

    found = ground.kube.wait_for(
        DEPLOYMENTS, "time-logger", ground.namespace, available, timeout_s=60
    )
    assert found


def _sh(ground: Any, script: str) -> str:
    running = [
        pod["metadata"]["name"]
        for pod in ground.kube.list(PODS, ground.namespace, label_selector="app=time-logger")
        if pod["status"]["phase"] == "Running" and not pod["metadata"].get("deletionTimestamp")
    ]
    assert len(running) == 1
    out: str = ground.sh(running[0], script)
    return out


def test_backup_restore_delete(ground: Any) -> None:
    blueprint = ground.blueprint("time-log/time-log-blueprint.yaml")
    _deploy(ground)
    _sh(ground, "date > /var/log/time.log; mkdir /var/log/d; echo x > /var/log/d/f")
    before = _sh(ground, "cd /var/log; find . -type f | sort | xargs sha256sum")
    backup = ground.run("backup", blueprint, ground.target("deployment", "time-logger"))
    assert any(key.startswith("time-log/snapshots/") for key in ground.stored())
    _sh(ground, "rm -r /var/log/*; echo damaged > /var/log/time.log")
    ground.run_from(backup, "restore")
    _wait(ground)
    assert _sh(ground, "cd /var/log; find . -type f | sort | xargs sha256sum") == before
    ground.run_from(backup, "delete")
    assert ground.stored() == []


def test_defect_deleting_one_backup_deletes_all(ground: Any) -> None:
    """`delete` removes the whole repository, and by text: a neighbour's `time-log…` goes, too."""
    blueprint = ground.blueprint("time-log/time-log-blueprint.yaml")
    _deploy(ground)
    _sh(ground, "echo 1 > /var/log/time.log")
    first = ground.run("backup", blueprint, ground.target("deployment", "time-logger"))
    _sh(ground, "echo 2 > /var/log/time.log")
    second = ground.run("backup", blueprint, ground.target("deployment", "time-logger"))
    ground.bucket.put("time-logbook/somebody-elses", b"x")
    ground.run_from(first, "delete")
    assert ground.stored() == []
    with pytest.raises(ActionSetFailed):
        ground.run_from(second, "restore")
