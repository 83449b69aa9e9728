"""KubeOps: creates, deletes or patches objects."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.manifests import read_manifests
from pytest_kanister._model.resources import Resource, gvk_resource
from pytest_kanister.errors import ApiError, NotFound

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._model.api import Object

__all__ = ["run"]

_DEFAULT_NAMESPACE = "default"
_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 0.5
_CLUSTER_KINDS = frozenset(
    {
        "Namespace",
        "Node",
        "PersistentVolume",
        "StorageClass",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "PriorityClass",
        "VolumeSnapshotContent",
        "VolumeSnapshotClass",
    }
)


async def run(call: Call) -> dict[str, Any]:
    """Output: apiVersion, group, resource, kind (empty), name, namespace of the (last) object."""
    operation = call.text("operation")
    spec = call.text("spec", "")
    namespace = call.text("namespace", _DEFAULT_NAMESPACE)
    reference = call.strings("objectReference")
    work = {"create": _create, "delete": _delete, "patch": _patch}.get(operation)
    if work is None:
        raise KanisterError(f"invalid operation '{operation}'")
    try:
        return await work(call, spec, namespace, reference)
    except ApiError as error:
        raise KanisterError(f"Failed to execute {operation} operation", cause=error) from error


async def _create(
    call: Call, spec: str, namespace: str, reference: dict[str, str]
) -> dict[str, Any]:
    """Several documents are created in order; a namespace in one sticks for those after it."""
    if not spec:
        raise KanisterError("spec cannot be empty for create operation")
    output: dict[str, Any] = {}
    for document in read_manifests(spec):
        resource = _resource(document)
        namespace = (document.get("metadata") or {}).get("namespace") or namespace
        scope = namespace if resource.namespaced else None
        created = await call.api.create(resource, document, scope)
        output = _output(resource, created["metadata"]["name"], scope or "")
    return output


async def _delete(
    call: Call, spec: str, namespace: str, reference: dict[str, str]
) -> dict[str, Any]:
    """Waits without limit until the object is gone."""
    if not all(reference.get(field) for field in ("name", "apiVersion", "resource")):
        raise KanisterError("missing one or more required fields name/apiVersion/resource")
    resource, scope = _referenced(reference, reference.get("namespace") or namespace)
    await call.api.delete(resource, reference["name"], scope)
    pause = _FIRST_PAUSE_S
    while True:
        try:
            await call.api.get(resource, reference["name"], scope)
        except NotFound:
            return _output(resource, reference["name"], scope or "")
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_S)


async def _patch(
    call: Call, spec: str, namespace: str, reference: dict[str, str]
) -> dict[str, Any]:
    """A strategic merge; the namespace comes from the reference alone."""
    if not spec:
        raise KanisterError("spec cannot be empty for patch operation")
    resource, scope = _referenced(reference, reference.get("namespace") or "")
    patch = (read_manifests(spec) or [{}])[0]
    await call.api.patch(resource, reference.get("name", ""), patch, scope, patch_type="strategic")
    return _output(resource, reference.get("name", ""), scope or "")


def _resource(document: Object) -> Resource:
    """A manifest's resource; kinds unknown here are spelt as Kubernetes usually does."""
    api_version, kind = str(document.get("apiVersion", "")), str(document.get("kind", ""))
    known = gvk_resource(api_version, kind)
    if known is not None:
        return known
    group, _, version = api_version.rpartition("/")
    plural = kind.lower()
    if plural.endswith("y"):
        plural = plural[:-1] + "ies"
    elif plural.endswith(("s", "x", "ch", "sh")):
        plural += "es"
    else:
        plural += "s"
    return Resource(group, version, plural, kind, namespaced=kind not in _CLUSTER_KINDS)


def _referenced(reference: dict[str, str], namespace: str) -> tuple[Resource, str | None]:
    cluster_wide = {"namespaces", "nodes", "persistentvolumes", "customresourcedefinitions"}
    namespaced = reference.get("resource", "") not in cluster_wide and bool(namespace)
    resource = Resource(
        reference.get("group", ""),
        reference.get("apiVersion", ""),
        reference.get("resource", ""),
        reference.get("kind", ""),
        namespaced=namespaced,
    )
    return resource, namespace if namespaced else None


def _output(resource: Resource, name: str, namespace: str) -> dict[str, Any]:
    output = {
        "apiVersion": resource.version,
        "group": resource.group,
        "resource": resource.plural,
        "kind": "",
        "name": name,
    }
    if namespace:
        output["namespace"] = namespace
    return output
