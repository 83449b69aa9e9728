"""Owner references: dependents go when their last owner has gone.

Background deletion, foreground deletion (owner waits for dependents that block it) and
orphaning, as Kubernetes' garbage collector does them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pytest_kanister._cluster.controllers.common import all_resources, custom_resource, find
from pytest_kanister._cluster.controllers.loops import Controller, Key
from pytest_kanister._model.resources import CRDS, EVENTS
from pytest_kanister.errors import Gone, NotFound

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object, WatchEvent
    from pytest_kanister._model.resources import Resource

__all__ = ["Garbage"]

_FOREGROUND, _ORPHAN = "foregroundDeletion", "orphan"


class Garbage(Controller):
    """Watches every kind; a key here is ("", uid)."""

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._place: dict[str, tuple[Resource, str, str]] = {}
        self._owners: dict[str, set[str]] = {}
        self._dependents: dict[str, set[str]] = {}
        self._resources: dict[tuple[str, str], Resource] = {}
        self._followers: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Follows the built-in kinds, and custom ones as they come and go."""
        builtin = [kind for kind in await all_resources(self.api) if kind != EVENTS]
        for resource in builtin:
            self._resources[resource.api_version, resource.kind] = resource
        self.watched = [item for item in builtin if item != CRDS]
        async with asyncio.TaskGroup() as group:
            group.create_task(super().run())
            group.create_task(self._follow_definitions(group))

    async def _follow_definitions(self, group: asyncio.TaskGroup) -> None:
        while True:
            try:
                async for event in self.api.watch(CRDS):
                    resource = custom_resource(event.object)
                    name = event.object["metadata"]["name"]
                    if event.type == "DELETED":
                        follower = self._followers.pop(name, None)
                        if follower is not None:
                            follower.cancel()
                    elif name not in self._followers and resource not in self.watched:
                        self._resources[resource.api_version, resource.kind] = resource
                        self._followers[name] = group.create_task(self._follow_custom(resource))
            except Gone:
                continue

    async def _follow_custom(self, resource: Resource) -> None:
        try:
            await self.follow(resource)
        except NotFound:  # the CRD went before its watch began
            return

    def keys(self, resource: Resource, event: WatchEvent) -> list[Key]:
        """Notes who owns whom; whoever may have to act is enqueued."""
        metadata = event.object["metadata"]
        uid = metadata["uid"]
        owners = {owner["uid"] for owner in metadata.get("ownerReferences") or ()}
        for gone in self._owners.get(uid, set()) - owners:
            self._dependents.get(gone, set()).discard(uid)
        if event.type == "DELETED":
            self._place.pop(uid, None)
            for owner in self._owners.pop(uid, set()) | owners:
                self._dependents.get(owner, set()).discard(uid)
            return [("", item) for item in (*self._dependents.pop(uid, ()), *owners)]
        self._place[uid] = (resource, metadata.get("namespace", ""), metadata["name"])
        self._owners[uid] = owners
        for owner in owners:
            self._dependents.setdefault(owner, set()).add(uid)
        waits = {_FOREGROUND, _ORPHAN} & set(metadata.get("finalizers") or ())
        if owners or (metadata.get("deletionTimestamp") and waits):
            return [("", uid)]
        return []

    async def reconcile(self, key: Key) -> float | None:
        """Looks at one object: are its owners there, do its dependents keep it?"""
        uid = key[1]
        if uid not in self._place:
            return None
        resource, namespace, name = self._place[uid]
        obj = await find(self.api, resource, name, namespace or None)
        if obj is None or obj["metadata"]["uid"] != uid:
            return None
        metadata = obj["metadata"]
        if metadata.get("deletionTimestamp"):
            finalizers = metadata.get("finalizers") or []
            if _ORPHAN in finalizers:
                await self._orphan(uid)
                await self._unlock(resource, obj, _ORPHAN)
            elif _FOREGROUND in finalizers and not await self._dependents_left(uid):
                await self._unlock(resource, obj, _FOREGROUND)
            return None
        references = metadata.get("ownerReferences") or []
        solid = [item for item in references if await self._exists(item, namespace)]
        if not references or len(solid) == len(references):
            return None
        if solid:
            obj["metadata"]["ownerReferences"] = solid
            await self._write(resource, obj)
            return None
        await self.api.delete(resource, name, namespace or None, propagation="Background")
        return None

    async def _exists(self, reference: Object, namespace: str) -> bool:
        resource = self._resources.get((reference["apiVersion"], reference["kind"]))
        if resource is None:  # as in Kubernetes, an unknown kind is no reason to delete
            return True
        home = namespace if resource.namespaced else None
        owner = await find(self.api, resource, reference["name"], home)
        return owner is not None and owner["metadata"]["uid"] == reference["uid"]

    async def _dependents_left(self, uid: str) -> bool:
        left = False
        for dependent in tuple(self._dependents.get(uid, ())):
            resource, namespace, name = self._place[dependent]
            obj = await find(self.api, resource, name, namespace or None)
            if obj is None or obj["metadata"]["uid"] != dependent:
                continue
            if not obj["metadata"].get("deletionTimestamp"):
                await self.api.delete(resource, name, namespace or None, propagation="Foreground")
            left = left or any(
                owner["uid"] == uid and owner.get("blockOwnerDeletion")
                for owner in obj["metadata"].get("ownerReferences") or ()
            )
        return left

    async def _orphan(self, uid: str) -> None:
        for dependent in tuple(self._dependents.get(uid, ())):
            resource, namespace, name = self._place[dependent]
            obj = await find(self.api, resource, name, namespace or None)
            if obj is None:
                continue
            kept = [item for item in obj["metadata"]["ownerReferences"] if item["uid"] != uid]
            obj["metadata"]["ownerReferences"] = kept
            await self._write(resource, obj)

    async def _unlock(self, resource: Resource, obj: Object, finalizer: str) -> None:
        metadata = obj["metadata"]
        metadata["finalizers"] = [item for item in metadata["finalizers"] if item != finalizer]
        await self._write(resource, obj)

    async def _write(self, resource: Resource, obj: Object) -> None:
        await self.api.update(
            resource, {**obj, "apiVersion": resource.api_version, "kind": resource.kind}
        )
