"""Endpoints: the addresses of the pods that a Service selects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.controllers.common import find, is_ready
from pytest_kanister._cluster.controllers.loops import Controller, Key, key_of
from pytest_kanister._model.resources import ENDPOINTS, PODS, SERVICES
from pytest_kanister.errors import NotFound

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object, WatchEvent
    from pytest_kanister._model.resources import Resource

__all__ = ["ServiceEndpoints"]

_MANAGED = {"endpoints.kubernetes.io/managed-by": "endpoint-controller"}


class ServiceEndpoints(Controller):
    """Keys are Services; those without a selector are left to whoever made them."""

    watched = (SERVICES, PODS)

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._services: dict[str, set[str]] = {}

    def keys(self, resource: Resource, event: WatchEvent) -> list[Key]:
        """A pod may concern every Service of its namespace."""
        namespace, name = key_of(event.object)
        known = self._services.setdefault(namespace, set())
        if resource == PODS:
            return [(namespace, service) for service in sorted(known)]
        if event.type == "DELETED":
            known.discard(name)
        else:
            known.add(name)
        return [(namespace, name)]

    async def reconcile(self, key: Key) -> float | None:
        """Writes the Service's Endpoints when they differ."""
        namespace, name = key
        service = await find(self.api, SERVICES, name, namespace)
        present = await find(self.api, ENDPOINTS, name, namespace)
        if service is None or service["metadata"].get("deletionTimestamp"):
            if present is not None and _is_managed(present):
                try:
                    await self.api.delete(ENDPOINTS, name, namespace)
                except NotFound:
                    return None
            return None
        selector = service["spec"].get("selector")
        if not selector or service["spec"]["type"] == "ExternalName":
            return None
        terms = ",".join(f"{label}={value}" for label, value in selector.items())
        pods = (await self.api.list(PODS, namespace, label_selector=terms))["items"]
        subsets = _subsets(service, pods)
        labels = {**(service["metadata"].get("labels") or {}), **_MANAGED}
        if service["spec"].get("clusterIP") == "None":
            labels["service.kubernetes.io/headless"] = ""
        wanted: Object = {"metadata": {"name": name, "labels": labels}}
        if subsets:
            wanted["subsets"] = subsets
        if present is None:
            await self.api.create(ENDPOINTS, wanted, namespace)
        elif present.get("subsets") != wanted.get("subsets") or (
            present["metadata"].get("labels") != labels
        ):
            wanted["metadata"] = {**present["metadata"], "labels": labels}
            await self.api.update(ENDPOINTS, wanted)
        return None


def _is_managed(present: Object) -> bool:
    labels = present["metadata"].get("labels") or {}
    return all(labels.get(key) == value for key, value in _MANAGED.items())


def _subsets(service: Object, pods: list[Object]) -> list[Any]:
    """Pods with equal ports stand together; who is not ready stands apart."""
    eager = service["spec"].get("publishNotReadyAddresses")
    groups: dict[str, Object] = {}
    for pod in pods:
        status = pod.get("status") or {}
        ended = status.get("phase") in ("Succeeded", "Failed")
        leaving = pod["metadata"].get("deletionTimestamp") and not eager
        if not status.get("podIP") or ended or leaving:
            continue
        ports = _ports(service, pod)
        if service["spec"].get("ports") and not ports:
            continue
        group = groups.setdefault(json.dumps(ports), {"ports": ports})
        side = "addresses" if eager or is_ready(pod) else "notReadyAddresses"
        group.setdefault(side, []).append(_address(service, pod))
    found = []
    for text in sorted(groups):
        group = groups[text]
        if not group["ports"]:
            del group["ports"]
        found.append(group)
    return found


def _address(service: Object, pod: Object) -> Object:
    metadata, spec = pod["metadata"], pod["spec"]
    address: Object = {
        "ip": pod["status"]["podIP"],
        "nodeName": spec.get("nodeName", ""),
        "targetRef": {
            "kind": "Pod",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
        },
    }
    if spec.get("hostname") and spec.get("subdomain") == service["metadata"]["name"]:
        address["hostname"] = spec["hostname"]
    return address


def _ports(service: Object, pod: Object) -> list[Any]:
    found = []
    for port in service["spec"].get("ports") or ():
        number = _target(port, pod)
        if number is None:
            continue
        shown = {"port": number, "protocol": port["protocol"]}
        if port.get("name"):
            shown["name"] = port["name"]
        found.append(shown)
    return found


def _target(port: Object, pod: Object) -> int | None:
    """The number behind `targetPort`; a name is looked up among the pod's containers."""
    target = port.get("targetPort", port["port"])
    if isinstance(target, int):
        return target
    for container in pod["spec"].get("containers") or ():
        for offered in container.get("ports") or ():
            if (offered.get("name"), offered.get("protocol", "TCP")) == (target, port["protocol"]):
                return int(offered["containerPort"])
    return None
