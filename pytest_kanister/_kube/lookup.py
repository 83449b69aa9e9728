"""Objects of any kind the cluster serves, by apiVersion, kind and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister.errors import AlreadyExists, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pytest_kanister._kube.client import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["apply_manifest", "find_object"]


def find_object(
    kube: KubeClient, api_version: str, kind: str, name: str, namespace: str
) -> Object | None:
    """The object, or None when it is not there.

    Raises:
        NotFound: the cluster has no such kind.
    """
    resource = kube._resource({"apiVersion": api_version, "kind": kind})
    try:
        return kube.get(resource, name, namespace if resource.namespaced else None)
    except NotFound:
        return None


def apply_manifest(kube: KubeClient, manifest: Mapping[str, Any], namespace: str) -> Object:
    """Creates the object, or replaces the one of its name; `namespace` where it names none."""
    resource = kube._resource(manifest)
    metadata = dict(manifest["metadata"])
    if resource.namespaced:
        metadata.setdefault("namespace", namespace)
    whole = {**manifest, "metadata": metadata}
    try:
        return kube.create(whole)
    except AlreadyExists:
        there = kube.get(resource, metadata["name"], metadata.get("namespace"))
        metadata["resourceVersion"] = there["metadata"]["resourceVersion"]
        return kube.update(whole)
