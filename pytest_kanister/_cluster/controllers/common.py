"""What several controllers need: owners, pods, events, the list of kinds."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.controllers.loops import key_of
from pytest_kanister._cluster.registry.builtin import builtin_kinds
from pytest_kanister._cluster.registry.objects import copy_json, now
from pytest_kanister._model.resources import CRDS, EVENTS, PODS, Resource
from pytest_kanister.errors import AlreadyExists, NotFound

if TYPE_CHECKING:
    from pytest_kanister._cluster.controllers.loops import Key
    from pytest_kanister._model.api import Api, Object

__all__ = [
    "all_resources",
    "controller_of",
    "custom_resource",
    "find",
    "is_active",
    "is_ready",
    "keys_by_owner",
    "owned_pods",
    "owner_reference",
    "pod_from",
    "record",
    "set_status",
    "template_hash",
]


def custom_resource(crd: Object) -> Resource:
    """The stored version's resource of a CRD."""
    spec = crd["spec"]
    version = next(item["name"] for item in spec["versions"] if item.get("storage"))
    names = spec["names"]
    return Resource(
        spec["group"],
        version,
        names["plural"],
        names["kind"],
        namespaced=spec["scope"] == "Namespaced",
    )


async def all_resources(api: Api) -> list[Resource]:
    """Every kind that can be deleted, each once."""
    found = [kind.resource for kind in builtin_kinds() if "delete" in kind.verbs]
    crds = await api.list(CRDS)
    return found + [custom_resource(crd) for crd in crds["items"]]


async def find(
    api: Api, resource: Resource, name: str, namespace: str | None = None
) -> Object | None:
    """The object, or None."""
    try:
        return await api.get(resource, name, namespace)
    except NotFound:
        return None


def owner_reference(resource: Resource, owner: Object) -> Object:
    """What a controller writes into the objects that it makes."""
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def controller_of(obj: Object) -> Object | None:
    """The owner reference of an object's controller."""
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            found: Object = owner
            return found
    return None


async def owned_pods(api: Api, owner: Object) -> list[Object]:
    """The pods whose controller is `owner`, in name order."""
    pods = await api.list(PODS, owner["metadata"]["namespace"])
    uid = owner["metadata"]["uid"]
    return [pod for pod in pods["items"] if (controller_of(pod) or {}).get("uid") == uid]


def is_ready(pod: Object) -> bool:
    """Running, ready and not on its way out."""
    if pod["metadata"].get("deletionTimestamp"):
        return False
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(item.get("type") == "Ready" and item.get("status") == "True" for item in conditions)


def keys_by_owner(owners: Resource, resource: Resource, obj: Object) -> list[Key]:
    """Whom a change concerns: an owner itself, and of anything else the one that controls it."""
    if resource == owners:
        return [key_of(obj)]
    owner = controller_of(obj)
    if owner is None or owner["kind"] != owners.kind:
        return []
    return [(obj["metadata"]["namespace"], owner["name"])]


def is_active(pod: Object) -> bool:
    """Neither ended nor on its way out."""
    phase = (pod.get("status") or {}).get("phase")
    return phase not in ("Succeeded", "Failed") and not pod["metadata"].get("deletionTimestamp")


def template_hash(template: Any) -> str:
    """A short name for a pod template, equal for equal templates."""
    text = json.dumps(template, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def pod_from(template: Object, resource: Resource, owner: Object) -> Object:
    """A pod of a workload's template, owned by the workload; the name is the caller's to set."""
    metadata = copy_json(template.get("metadata") or {})
    metadata["namespace"] = owner["metadata"]["namespace"]
    metadata["ownerReferences"] = [owner_reference(resource, owner)]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": copy_json(template.get("spec") or {}),
    }


async def set_status(api: Api, resource: Resource, obj: Object, status: Object) -> None:
    """Writes the status when it differs."""
    if (obj.get("status") or {}) != status:
        shown = {
            **obj,
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "status": status,
        }
        await api.update(resource, shown, subresource="status")


async def record(
    api: Api,
    resource: Resource,
    obj: Object,
    reason: str,
    message: str,
    *,
    kind: str = "Normal",
    source: str,
) -> None:
    """Records an Event; the same one again raises its count.

    Nothing is recorded in a namespace that is going away.
    """
    metadata = obj["metadata"]
    namespace = metadata.get("namespace") or "default"
    told = f"{metadata['uid']}/{reason}/{message}"
    name = f"{metadata['name']}.{hashlib.sha256(told.encode()).hexdigest()[:16]}"
    moment = now()
    seen = await find(api, EVENTS, name, namespace)
    if seen is not None:
        change = {"count": int(seen.get("count") or 1) + 1, "lastTimestamp": moment}
        await api.patch(EVENTS, name, change, namespace)
        return
    event: Object = {
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": {
            "kind": resource.kind,
            "apiVersion": resource.api_version,
            "name": metadata["name"],
            "uid": metadata["uid"],
            "resourceVersion": metadata.get("resourceVersion", ""),
            **({"namespace": metadata["namespace"]} if "namespace" in metadata else {}),
        },
        "reason": reason,
        "message": message,
        "type": kind,
        "count": 1,
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "source": {"component": source},
        "reportingComponent": source,
    }
    try:
        await api.create(EVENTS, event, namespace)
    except AlreadyExists:
        return
