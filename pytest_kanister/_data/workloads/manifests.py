"""The objects of a server, around the container that is the engine's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._data.workloads.release import Names
    from pytest_kanister._model.api import Object

__all__ = ["server_manifests"]


def server_manifests(
    names: Names,
    namespace: str,
    *,
    selector: Mapping[str, str],
    container: Mapping[str, Any],
    port: Mapping[str, Any],
    storage: str,
    keys: Mapping[str, str],
) -> list[Object]:
    """Secret, Services and StatefulSet, in the order in which they must be created.

    There is no readinessProbe: `Workload.wait_ready` asks a real query as the administrator
    instead, which proves more than a probe.  An exec probe would start a client every second, and
    a probe that a kubelet repeats each second delays a server that is there after a fraction of
    one.

    Args:
        names: of the objects.
        namespace: theirs.
        selector: the labels by which the pod is found; all objects have them.
        container: the pod's; it mounts the volume `data`.
        port: the Services'.
        storage: a quantity.
        keys: the Secret's, with their texts.
    """
    labels = {**selector, "app.kubernetes.io/managed-by": "pytest-kanister"}

    def obj(kind: str, called: str, body: dict[str, Any], api_version: str = "v1") -> Object:
        metadata = {"name": called, "namespace": namespace, "labels": dict(labels)}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

    def service(called: str, extra: dict[str, Any]) -> Object:
        spec = {"selector": dict(selector), "ports": [dict(port)], **extra}
        return obj("Service", called, {"spec": spec})

    claim = {
        "metadata": {"name": "data", "labels": dict(selector)},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": storage}},
        },
    }
    stateful_set = {
        "replicas": 1,
        "serviceName": names.headless,
        "selector": {"matchLabels": dict(selector)},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [dict(container)]}},
        "volumeClaimTemplates": [claim],
    }
    return [
        obj("Secret", names.secret, {"type": "Opaque", "stringData": dict(keys)}),
        service(names.headless, {"clusterIP": "None", "publishNotReadyAddresses": True}),
        service(names.server, {"type": "ClusterIP"}),
        obj("StatefulSet", names.server, {"spec": stateful_set}, "apps/v1"),
    ]
