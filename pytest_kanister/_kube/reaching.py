"""Where a Service answers for the harness."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pytest_kanister._base.polling import Deadline
from pytest_kanister._kube.watching import watch_one
from pytest_kanister._model.resources import ENDPOINTS, PODS, SERVICES
from pytest_kanister.errors import EnvironmentProblem, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kube.connection import Connection
    from pytest_kanister._model.api import Object

__all__ = ["Address", "Endpoint", "reach_directly", "ready_endpoint"]


class Address(NamedTuple):
    """Where a Service answers for the harness."""

    host: str
    port: int


class Endpoint(NamedTuple):
    """A ready endpoint of a Service: its address, and the pod behind it (empty when none is)."""

    address: Address
    pod: str


@contextmanager
def reach_directly(
    connection: Connection, namespace: str, service: str, port: int, timeout_s: float
) -> Iterator[Address]:
    """The first ready address in the Service's Endpoints, as soon as there is one.

    Raises:
        EnvironmentProblem: none became ready, or the Service has no such port.
        NotFound: no such Service.
    """
    yield ready_endpoint(connection, namespace, service, port, timeout_s).address


def ready_endpoint(
    connection: Connection, namespace: str, service: str, port: int, timeout_s: float
) -> Endpoint:
    """The Service's first ready endpoint for one of its ports; errors as `reach_directly`."""
    found = connection.request("GET", SERVICES.path(namespace, service))
    ports = found["spec"].get("ports") or []
    chosen = next((entry for entry in ports if entry["port"] == port), None)
    if chosen is None:
        known = ", ".join(str(entry["port"]) for entry in ports) or "none"
        raise EnvironmentProblem(
            f"Service {namespace}/{service} has no port {port}; its ports: {known}",
            remedies=["ask for one of its ports, or add the port to the Service"],
        )

    def ready(obj: Object | None) -> Endpoint | None:
        for subset in (obj or {}).get("subsets") or ():
            for entry in subset.get("ports") or ():
                addresses = subset.get("addresses")
                if addresses and entry.get("name", "") == chosen.get("name", ""):
                    pod = (addresses[0].get("targetRef") or {}).get("name", "")
                    return Endpoint(Address(addresses[0]["ip"], entry["port"]), pod)
        return None

    endpoint = watch_one(connection, ENDPOINTS, service, namespace, ready, Deadline(timeout_s))
    if endpoint is None:
        raise EnvironmentProblem(
            f"Service {namespace}/{service} had no ready endpoint after {timeout_s:.0f} s",
            evidence=_pods(connection, namespace, found["spec"].get("selector") or {}),
            remedies=[
                f"see why its pods are not ready: `kubectl -n {namespace} describe pods`",
                "give them more time: --kanister-ready-timeout-s",
            ],
        )
    return endpoint


def _pods(connection: Connection, namespace: str, selector: dict[str, str]) -> str:
    """What the Service's pods say about themselves, one line each."""
    if not selector:
        return "the Service selects no pods"
    labels = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
    try:
        listed = connection.request("GET", PODS.path(namespace), query={"labelSelector": labels})
    except NotFound:
        return f"the namespace {namespace} is gone"
    lines = []
    for pod in listed.get("items") or ():
        status = pod.get("status", {})
        waits = [
            f"{entry['name']}: {waiting.get('reason')} {waiting.get('message', '')}".rstrip()
            for entry in status.get("containerStatuses") or ()
            if (waiting := entry.get("state", {}).get("waiting"))
        ]
        lines.append(f"pod {pod['metadata']['name']} {status.get('phase')} {'; '.join(waits)}")
    return "\n".join(lines) or f"no pod has the labels {labels}"
