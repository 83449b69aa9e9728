"""The objects that a Redis release consists of, with the names that public Blueprints read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.manifests import server_manifests
from pytest_kanister._data.workloads.release import Names

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["PORT", "manifests", "names_of"]

PORT = 6379
_PASSWORD_KEY = "redis-password"

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


def names_of(name: str) -> Names:
    """Of a release: the chart calls the server `<release>-<component>`."""
    return Names(f"{name}-{_COMPONENT}", f"{name}-headless", name, _PASSWORD_KEY)


def manifests(
    name: str, namespace: str, *, image: str, storage: str, password: str, as_process: bool
) -> list[Object]:
    """See `server_manifests`.

    Args:
        name: the release's; the Secret bears it.
        namespace: theirs.
        image: of a server.
        storage: a quantity.
        password: of the user `default`.
        as_process: the embedded cluster, whose image starts the server itself.
    """
    secret_key = {"name": name, "key": _PASSWORD_KEY}
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
    return server_manifests(
        names_of(name),
        namespace,
        selector={
            "app.kubernetes.io/instance": name,
            "app.kubernetes.io/component": _COMPONENT,
            "app.kubernetes.io/name": "redis",
        },
        container=container,
        port={"name": "tcp-redis", "port": PORT, "targetPort": "redis"},
        storage=storage,
        keys={_PASSWORD_KEY: password},
    )
