"""The objects that a MySQL release consists of, with the names that public Blueprints read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["PASSWORD_KEY", "PORT", "claim_name", "manifests", "pod_name"]

PORT = 3306
PASSWORD_KEY = "mysql-root-password"


def pod_name(name: str) -> str:
    """The StatefulSet's only pod."""
    return f"{name}-0"


def claim_name(name: str) -> str:
    """The claim that the StatefulSet makes for its pod and that outlives it."""
    return f"data-{pod_name(name)}"


def manifests(
    name: str, namespace: str, *, image: str, storage: str, password: str
) -> list[Object]:
    """Secret, Services and StatefulSet, in the order in which they must be created.

    There is no readinessProbe: an exec probe would start a client every second, and a probe that
    a kubelet repeats each second delays a server that is there after a fraction of one.
    `MySQL.wait_ready` asks a real query as root instead, which proves more than a probe.
    """
    labels = {
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/name": "mysql",
        "app.kubernetes.io/managed-by": "pytest-kanister",
    }
    selector = {key: labels[key] for key in list(labels)[:2]}

    def obj(kind: str, called: str, body: dict[str, Any], api_version: str = "v1") -> Object:
        metadata = {"name": called, "namespace": namespace, "labels": dict(labels)}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

    def service(called: str, extra: dict[str, Any]) -> Object:
        ports = [{"name": "mysql", "port": PORT, "targetPort": "mysql"}]
        return obj("Service", called, {"spec": {"selector": selector, "ports": ports, **extra}})

    container = {
        "name": "mysql",
        "image": image,
        "ports": [{"name": "mysql", "containerPort": PORT}],
        "env": [
            {
                "name": "MYSQL_ROOT_PASSWORD",
                "valueFrom": {"secretKeyRef": {"name": name, "key": PASSWORD_KEY}},
            }
        ],
        "volumeMounts": [{"name": "data", "mountPath": "/var/lib/mysql"}],
    }
    claim = {
        "metadata": {"name": "data", "labels": selector},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": storage}},
        },
    }
    stateful_set = {
        "spec": {
            "replicas": 1,
            "serviceName": f"{name}-headless",
            "selector": {"matchLabels": selector},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            "volumeClaimTemplates": [claim],
        }
    }
    # The keys that public charts write; the last two belong to accounts that we do not make, but
    # Blueprints that refer to them must not fail on a missing key.
    keys = (PASSWORD_KEY, "mysql-password", "mysql-replication-password")
    return [
        obj("Secret", name, {"type": "Opaque", "stringData": dict.fromkeys(keys, password)}),
        service(f"{name}-headless", {"clusterIP": "None", "publishNotReadyAddresses": True}),
        service(name, {"type": "ClusterIP"}),
        obj("StatefulSet", name, stateful_set, "apps/v1"),
    ]
