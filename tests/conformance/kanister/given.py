"""What is there before a case runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import VOLUMESNAPSHOTCONTENTS, VOLUMESNAPSHOTS
from pytest_kanister.errors import EnvironmentProblem
from tests.conformance.kanister.case import IMAGE, Object

if TYPE_CHECKING:
    from tests.conformance.kanister.running import Ground

__all__ = ["fill_location", "statefulset", "take_snapshot"]


def take_snapshot(
    kube: KubeClient, namespace: str, ground: Ground, deadline: Deadline
) -> dict[str, str]:
    """Makes VolumeSnapshot `given` of claim `data-db-0`; the words for its content.

    Raises:
        EnvironmentProblem: the cluster's storage did not make it.
    """
    kube.create(
        {
            "apiVersion": VOLUMESNAPSHOTS.api_version,
            "kind": VOLUMESNAPSHOTS.kind,
            "metadata": {"name": "given", "namespace": namespace},
            "spec": {
                "source": {"persistentVolumeClaimName": "data-db-0"},
                "volumeSnapshotClassName": ground.snapshots,
            },
        }
    )

    def content() -> Object | None:
        status = kube.get(VOLUMESNAPSHOTS, "given", namespace).get("status") or {}
        if not status.get("readyToUse"):
            return None
        return kube.get(VOLUMESNAPSHOTCONTENTS, status["boundVolumeSnapshotContentName"])

    found = wait_until(content, deadline)
    if found is None:
        raise EnvironmentProblem(
            f"VolumeSnapshot {namespace}/given: expected it to become ready, it has not",
            remedies=["name a class that the cluster has: --snapshot-class"],
        )
    return {
        "content": found["metadata"]["name"],
        "driver": found["spec"]["driver"],
        "handle": found["status"]["snapshotHandle"],
    }


def fill_location(profile: Object) -> None:
    """Puts in what a Profile's location always has."""
    fields = ("type", "bucket", "endpoint", "prefix", "region")
    profile["location"] = {**dict.fromkeys(fields, ""), **profile.get("location", {})}


def statefulset(namespace: str, replicas: int) -> Object:
    """StatefulSet `db`: container `main`, claim `data-db-0` at /data."""
    labels = {"app.kubernetes.io/instance": "db"}
    container = {
        "name": "main",
        "image": IMAGE,
        "command": ["bash", "-c", "trap 'exit 0' TERM; while :; do sleep 600 & wait; done"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "16Mi"}},
        },
    }
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 2},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": namespace, "labels": labels},
        "spec": {
            "serviceName": "db",
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": template,
            "volumeClaimTemplates": [claim],
        },
    }
