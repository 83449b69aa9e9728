"""The objects around a volume: claim, ConfigMap with the program that reads it, Deployment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["PROGRAM", "READER", "claim_name", "config_name", "manifests"]

READER = "reader"
"""Container in which the program runs; the other one is what Blueprints name."""

_FOLDER = "/pytest-kanister"
PROGRAM = f"{_FOLDER}/pod_program.py"


def claim_name(name: str) -> str:
    """The volume's claim."""
    return f"{name}-pvc"


def config_name(name: str) -> str:
    """The ConfigMap with the program."""
    return f"{name}-reader"


def manifests(
    name: str,
    namespace: str,
    *,
    image: str,
    reader_image: str,
    container: str,
    mount_path: str,
    storage: str,
    token: str,
) -> list[Object]:
    """ConfigMap, claim and Deployment, in the order in which they must be created.

    Args:
        name: the Deployment's.
        namespace: theirs.
        image: of the container that owns the volume; Kanister's BackupData runs restic in it.
        reader_image: of the container in which the harness looks; it must have `python3`.
        container: name of the first one.
        mount_path: where both see the volume.
        storage: a quantity.
        token: what tells this workload's own pods from any other place.
    """
    labels = {
        "app": name,
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/name": "files",
        "app.kubernetes.io/managed-by": "pytest-kanister",
    }

    def obj(kind: str, called: str, body: dict[str, Any], api_version: str = "v1") -> Object:
        metadata = {"name": called, "namespace": namespace, "labels": dict(labels)}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

    waits = ["sh", "-c", "exec tail -f /dev/null"]
    data = {"name": "data", "mountPath": mount_path}
    containers = [
        {"name": container, "image": image, "command": waits, "volumeMounts": [data]},
        {
            "name": READER,
            "image": reader_image,
            "command": waits,
            "volumeMounts": [data, {"name": "program", "mountPath": _FOLDER}],
        },
    ]
    template = {
        "metadata": {"labels": labels},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": containers,
            "volumes": [
                {"name": "data", "persistentVolumeClaim": {"claimName": claim_name(name)}},
                {"name": "program", "configMap": {"name": config_name(name)}},
            ],
        },
    }
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage}},
    }
    program = Path(__file__).with_name("pod_program.py").read_text(encoding="utf-8")
    deployment = {
        "replicas": 1,
        # Two pods must not have the volume at once.
        "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": {"app": name}},
        "template": template,
    }
    return [
        obj("ConfigMap", config_name(name), {"data": {"pod_program.py": program, "token": token}}),
        obj("PersistentVolumeClaim", claim_name(name), {"spec": claim}),
        obj("Deployment", name, {"spec": deployment}, "apps/v1"),
    ]
