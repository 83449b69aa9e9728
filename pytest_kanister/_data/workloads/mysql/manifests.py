"""What a release of MySQL or MariaDB consists of, with the names that public Blueprints read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["MYSQL", "PORT", "Flavour", "claim_name", "manifests", "pod_name"]

PORT = 3306


class Flavour(NamedTuple):
    """Names in which the two products differ.

    Attributes:
        kind: word in labels, ports and the Secret's keys.
        product: for people.
        image: what runs unless told.
        password_variable: how the image gets root's password.
    """

    kind: str
    product: str
    image: str
    password_variable: str

    @property
    def password_key(self) -> str:
        """Of root's password in the Secret, as public charts write it."""
        return f"{self.kind}-root-password"


MYSQL = Flavour("mysql", "MySQL", "mysql:9.7", "MYSQL_ROOT_PASSWORD")


def pod_name(name: str) -> str:
    """The StatefulSet's only pod."""
    return f"{name}-0"


def claim_name(name: str) -> str:
    """The claim that the StatefulSet makes for its pod and that outlives it."""
    return f"data-{pod_name(name)}"


def manifests(
    name: str,
    namespace: str,
    *,
    image: str,
    storage: str,
    password: str,
    flavour: Flavour = MYSQL,
) -> list[Object]:
    """Secret, Services and StatefulSet, in the order in which they must be created.

    There is no readinessProbe: an exec probe would start a client every second, and a probe that
    a kubelet repeats each second delays a server that is there after a fraction of one.
    `MySQL.wait_ready` asks a real query as root instead, which proves more than a probe.
    """
    labels = {
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/name": flavour.kind,
        "app.kubernetes.io/managed-by": "pytest-kanister",
    }
    selector = {key: labels[key] for key in list(labels)[:2]}

    def obj(kind: str, called: str, body: dict[str, Any], api_version: str = "v1") -> Object:
        metadata = {"name": called, "namespace": namespace, "labels": dict(labels)}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

    def service(called: str, extra: dict[str, Any]) -> Object:
        ports = [{"name": flavour.kind, "port": PORT, "targetPort": flavour.kind}]
        return obj("Service", called, {"spec": {"selector": selector, "ports": ports, **extra}})

    container = {
        "name": flavour.kind,
        "image": image,
        "ports": [{"name": flavour.kind, "containerPort": PORT}],
        "env": [
            {
                "name": flavour.password_variable,
                "valueFrom": {"secretKeyRef": {"name": name, "key": flavour.password_key}},
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
    kind = flavour.kind
    keys = (flavour.password_key, f"{kind}-password", f"{kind}-replication-password")
    return [
        obj("Secret", name, {"type": "Opaque", "stringData": dict.fromkeys(keys, password)}),
        service(f"{name}-headless", {"clusterIP": "None", "publishNotReadyAddresses": True}),
        service(name, {"type": "ClusterIP"}),
        obj("StatefulSet", name, stateful_set, "apps/v1"),
    ]
