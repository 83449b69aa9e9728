"""The objects that a PostgreSQL release consists of, with the names that public Blueprints read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.postgresql.connection import PORT

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["PASSWORD_KEY", "claim_name", "full_name", "manifests", "pod_name"]

PASSWORD_KEY = "postgres-password"


def full_name(name: str) -> str:
    """Of StatefulSet, Service and Secret: `<release>-postgresql`, as Bitnami's chart has it."""
    return f"{name}-postgresql"


def pod_name(name: str) -> str:
    """The StatefulSet's only pod."""
    return f"{full_name(name)}-0"


def claim_name(name: str) -> str:
    """The claim that the StatefulSet makes for its pod and that outlives it."""
    return f"data-{pod_name(name)}"


def manifests(
    name: str, namespace: str, *, image: str, storage: str, password: str
) -> list[Object]:
    """Secret, Services and StatefulSet, in the order in which they must be created.

    There is no readinessProbe: `PostgreSQL.wait_ready` asks a real query as the administrator
    instead, which proves more than a probe.
    """
    full = full_name(name)
    labels = {
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/name": "postgresql",
        "app.kubernetes.io/component": "primary",
        "app.kubernetes.io/managed-by": "pytest-kanister",
    }
    selector = {key: labels[key] for key in list(labels)[:3]}

    def obj(kind: str, called: str, body: dict[str, Any], api_version: str = "v1") -> Object:
        metadata = {"name": called, "namespace": namespace, "labels": dict(labels)}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

    def service(called: str, extra: dict[str, Any]) -> Object:
        ports = [{"name": "tcp-postgresql", "port": PORT, "targetPort": "tcp-postgresql"}]
        return obj("Service", called, {"spec": {"selector": selector, "ports": ports, **extra}})

    bitnami = "bitnami" in image
    mount = "/bitnami/postgresql" if bitnami else "/var/lib/postgresql/data"
    # The official image's own place differs from release to release.
    place = [] if bitnami else [{"name": "PGDATA", "value": f"{mount}/pgdata"}]
    reference = {"secretKeyRef": {"name": full, "key": PASSWORD_KEY}}
    container = {
        "name": "postgresql",
        "image": image,
        "ports": [{"name": "tcp-postgresql", "containerPort": PORT}],
        "env": [{"name": "POSTGRES_PASSWORD", "valueFrom": reference}, *place],
        "volumeMounts": [{"name": "data", "mountPath": mount}],
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
            "serviceName": f"{full}-hl",
            "selector": {"matchLabels": selector},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            "volumeClaimTemplates": [claim],
        }
    }
    # Charts before 11 wrote the second key; Blueprints of that time read it.
    keys = (PASSWORD_KEY, "postgresql-password")
    return [
        obj("Secret", full, {"type": "Opaque", "stringData": dict.fromkeys(keys, password)}),
        service(f"{full}-hl", {"clusterIP": "None", "publishNotReadyAddresses": True}),
        service(full, {"type": "ClusterIP"}),
        obj("StatefulSet", full, stateful_set, "apps/v1"),
    ]
