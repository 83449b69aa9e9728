"""The objects that a Redis release consists of, with the names that public Blueprints read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["PASSWORD_KEY", "PORT", "claim_name", "manifests", "pod_name", "service_name"]

PORT = 6379
PASSWORD_KEY = "redis-password"

_COMPONENT = "master"

# The official image takes no password from its environment, and on a command line anybody could
# read it.  Loopback too, as that is where the API server's port forwarding arrives.
_OFFICIAL = """\
umask 077
{
    printf 'bind %s 127.0.0.1\\nprotected-mode no\\nappendonly yes\\ndir /data\\n' "$POD_IP"
    printf 'requirepass "%s"\\n' "$REDIS_PASSWORD"
} > /tmp/start.conf
exec redis-server /tmp/start.conf
"""


def service_name(name: str) -> str:
    """`<release>-<component>`, as the chart calls it: also the StatefulSet's."""
    return f"{name}-{_COMPONENT}"


def pod_name(name: str) -> str:
    """The StatefulSet's only pod."""
    return f"{service_name(name)}-0"


def claim_name(name: str) -> str:
    """The claim that the StatefulSet makes for its pod and that outlives it."""
    return f"data-{pod_name(name)}"


def manifests(
    name: str, namespace: str, *, image: str, storage: str, password: str, as_process: bool
) -> list[Object]:
    """Secret, Services and StatefulSet, in the order in which they must be created.

    Args:
        name: the release's; the Secret bears it.
        namespace: theirs.
        image: of a server.
        storage: a quantity.
        password: of the user `default`.
        as_process: the embedded cluster, whose image starts the server itself.
    """
    labels = {
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/component": _COMPONENT,
        "app.kubernetes.io/name": "redis",
        "app.kubernetes.io/managed-by": "pytest-kanister",
    }
    selector = {key: labels[key] for key in list(labels)[:3]}
    full = service_name(name)

    def obj(kind: str, called: str, body: dict[str, Any], api_version: str = "v1") -> Object:
        metadata = {"name": called, "namespace": namespace, "labels": dict(labels)}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

    def service(called: str, extra: dict[str, Any]) -> Object:
        ports = [{"name": "tcp-redis", "port": PORT, "targetPort": "redis"}]
        return obj("Service", called, {"spec": {"selector": selector, "ports": ports, **extra}})

    secret_key = {"name": name, "key": PASSWORD_KEY}
    container: dict[str, Any] = {
        "name": "redis",
        "image": image,
        "ports": [{"name": "redis", "containerPort": PORT}],
        "env": [
            {"name": "REDIS_PASSWORD", "valueFrom": {"secretKeyRef": secret_key}},
            {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        ],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    if not as_process:
        container["command"] = ["sh", "-ec", _OFFICIAL]
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
    return [
        obj("Secret", name, {"type": "Opaque", "stringData": {PASSWORD_KEY: password}}),
        service(f"{name}-headless", {"clusterIP": "None", "publishNotReadyAddresses": True}),
        service(full, {"type": "ClusterIP"}),
        obj("StatefulSet", full, stateful_set, "apps/v1"),
    ]
