"""The objects that a SeaweedFS store consists of."""

from __future__ import annotations

import random
import secrets
import socket
import string
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["ACCESS_KEY", "IMAGE", "SECRET_KEY", "manifests"]

IMAGE = "chrislusf/seaweedfs:4.48"
ACCESS_KEY, SECRET_KEY = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"

_PORT_VARIABLE = "S3_PORT"  # tells the embedded image's readiness check which port was chosen
_PORT = 8333
_STORAGE = "4Gi"

# Below the range that systems give to outgoing connections, also with the 10000 that `mini` adds
# for a second port; the server's other ports are taken from 15000 on.
_PROCESS_PORTS = range(10000, 15000)

# `mini` is one process with everything; `server` may take 19 s to elect itself after a crash.
# Telemetry to the vendor is on by default.
_FLAGS = (
    "-dir=/data",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-webdav=false",
    "-admin.ui=false",
    "-master.telemetry=false",
)


def manifests(
    name: str,
    namespace: str,
    *,
    as_process: bool,
    image: str = IMAGE,
    shared_network: bool = False,
) -> list[Object]:
    """Secret with new keys, Service and StatefulSet, in the order in which they are created.

    Args:
        name: of each of them.
        namespace: theirs.
        as_process: pods are processes of one machine: the embedded cluster itself knows which
            flags say where volume and address are.
        image: of the server.
        shared_network: pods share one network all the same: an embedded cluster, as others see it.
    """
    # `mini` refuses a port that anybody in its network listens on, whatever the address.
    port = _free_port() if as_process or shared_network else _PORT
    flags: tuple[str, ...] = () if as_process else _FLAGS
    selector = {"app.kubernetes.io/instance": name, "app.kubernetes.io/name": "seaweedfs"}
    labels = {**selector, "app.kubernetes.io/managed-by": "pytest-kanister"}

    def obj(api_version: str, kind: str, body: dict[str, Any]) -> Object:
        metadata = {"name": name, "namespace": namespace, "labels": dict(labels)}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

    container = {
        "name": "seaweedfs",
        "image": image,
        "args": ["mini", f"-s3.port={port}", *flags],
        "ports": [{"name": "s3", "containerPort": port}],
        "env": [
            {"name": _PORT_VARIABLE, "value": str(port)},
            *(
                {"name": key, "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}
                for key in (ACCESS_KEY, SECRET_KEY)
            ),
        ],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    claim = {
        "metadata": {"name": "data", "labels": selector},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": _STORAGE}},
        },
    }
    upper, every = string.ascii_uppercase + string.digits, string.ascii_letters + string.digits
    keys = {ACCESS_KEY: _random(upper, 20), SECRET_KEY: _random(every, 40)}
    ports = [{"name": "s3", "port": port, "targetPort": "s3"}]
    stateful_set = {
        "replicas": 1,
        "serviceName": name,
        "selector": {"matchLabels": selector},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        "volumeClaimTemplates": [claim],
    }
    return [
        obj("v1", "Secret", {"type": "Opaque", "stringData": keys}),
        obj("v1", "Service", {"spec": {"selector": selector, "ports": ports}}),
        obj("apps/v1", "StatefulSet", {"spec": stateful_set}),
    ]


def _free_port() -> int:
    for port in random.sample(_PROCESS_PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("", port))
            except OSError:
                continue
        return port
    raise EnvironmentProblem(
        "no free port for the S3 server: each of a hundred that were tried is listened on",
        remedies=["see who listens: `ss -ltn`"],
        looked=[f"ports {_PROCESS_PORTS.start} to {_PROCESS_PORTS.stop - 1}"],
    )


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
