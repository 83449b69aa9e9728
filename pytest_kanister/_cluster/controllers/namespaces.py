"""The end of namespaces and of CRDs: everything inside first, then the object itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._cluster.controllers.common import all_resources, custom_resource, find
from pytest_kanister._cluster.controllers.loops import Controller, Key
from pytest_kanister._cluster.registry.strategies.crds import CLEANUP
from pytest_kanister._model.resources import CRDS, EVENTS, NAMESPACES, PODS
from pytest_kanister.errors import ApiError, NotFound

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object
    from pytest_kanister._model.resources import Resource

__all__ = ["Definitions", "Namespaces"]

_LOOK_AGAIN_S = 0.05
_LONGEST_LOOK_S = 0.5


class Namespaces(Controller):
    """Drains a Terminating namespace; pods get their grace, finalizers are waited for."""

    watched = (NAMESPACES,)

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._waits: dict[str, float] = {}

    async def reconcile(self, key: Key) -> float | None:
        """One round of deleting what is left."""
        name = key[1]
        namespace = await find(self.api, NAMESPACES, name)
        if namespace is None or not namespace["metadata"].get("deletionTimestamp"):
            self._waits.pop(name, None)
            return None
        left = 0
        for resource in await all_resources(self.api):
            # Events go last: they tell how the rest ended.
            if resource.namespaced and resource != EVENTS:
                left += await _drain(self.api, resource, name)
        if left:
            wait_s = min(self._waits.get(name, _LOOK_AGAIN_S / 2) * 2, _LONGEST_LOOK_S)
            self._waits[name] = wait_s
            return wait_s
        await _drain(self.api, EVENTS, name)
        fresh = await self.api.get(NAMESPACES, name)
        fresh["spec"]["finalizers"] = [
            item for item in fresh["spec"].get("finalizers") or () if item != "kubernetes"
        ]
        await self.api.update(NAMESPACES, fresh, subresource="finalize")
        return None


async def _drain(api: Api, resource: Resource, namespace: str | None) -> int:
    """Asks for deletion of all objects of a kind; returns how many were still there."""
    try:
        found = (await api.list(resource, namespace))["items"]
    except NotFound:  # its CRD has just gone
        return 0
    for obj in found:
        await _ask(api, resource, obj)
    return len(found)


async def _ask(api: Api, resource: Resource, obj: Object) -> None:
    metadata = obj["metadata"]
    if metadata.get("deletionTimestamp"):
        return
    propagation = "" if resource == PODS else "Background"
    try:
        await api.delete(
            resource, metadata["name"], metadata.get("namespace"), propagation=propagation
        )
    except NotFound:
        return
    except ApiError as error:
        if error.status != 403:
            raise


class Definitions(Controller):
    """Removes a deleted CRD's objects, then lets the CRD go."""

    watched = (CRDS,)

    async def reconcile(self, key: Key) -> float | None:
        """One round; asks to be called again while objects are left."""
        crd = await find(self.api, CRDS, key[1])
        if crd is None or not crd["metadata"].get("deletionTimestamp"):
            return None
        if CLEANUP not in (crd["metadata"].get("finalizers") or ()):
            return None
        if await _drain(self.api, custom_resource(crd), None):
            return _LOOK_AGAIN_S
        kept = [item for item in crd["metadata"]["finalizers"] if item != CLEANUP]
        crd["metadata"]["finalizers"] = kept
        await self.api.update(CRDS, crd)
        return None
