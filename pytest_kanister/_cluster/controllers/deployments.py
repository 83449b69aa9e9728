"""Deployments: a ReplicaSet per template, and the change from one to the next.

Not modelled: `progressDeadlineSeconds` (a rollout that hangs stays Progressing),
`minReadySeconds`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.controllers.common import (
    controller_of,
    find,
    keys_by_owner,
    owner_reference,
    record,
    set_status,
    template_hash,
)
from pytest_kanister._cluster.controllers.loops import Controller, Key
from pytest_kanister._cluster.registry.objects import copy_json, now
from pytest_kanister._model.resources import DEPLOYMENTS, REPLICASETS

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object, WatchEvent
    from pytest_kanister._model.resources import Resource

__all__ = ["REVISION", "Deployments"]

REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_SOURCE = "deployment-controller"


class Deployments(Controller):
    """RollingUpdate and Recreate."""

    watched = (DEPLOYMENTS, REPLICASETS)

    def keys(self, resource: Resource, event: WatchEvent) -> list[Key]:
        """A ReplicaSet concerns its Deployment."""
        return keys_by_owner(DEPLOYMENTS, resource, event.object)

    async def reconcile(self, key: Key) -> float | None:
        """Takes the rollout one step further."""
        owner = await find(self.api, DEPLOYMENTS, key[1], key[0])
        if owner is None or owner["metadata"].get("deletionTimestamp"):
            return None
        sets = await self._owned(owner)
        digest = template_hash(owner["spec"]["template"])
        current = next((item for item in sets if _digest(item) == digest), None)
        if not owner["spec"].get("paused"):
            if current is None:
                current = await self._create(owner, sets, digest)
            else:
                await self._number(owner, current, sets)
            old = [item for item in sets if _digest(item) != digest]
            if owner["spec"]["strategy"]["type"] == "Recreate":
                await self._recreate(owner, current, old)
            else:
                await self._roll(owner, current, old)
            await self._forget(owner, old)
        elif current is not None:
            await self._scale(current, int(owner["spec"].get("replicas", 1)))
        await self._tell(key, digest)
        return None

    async def _owned(self, owner: Object) -> list[Object]:
        sets = await self.api.list(REPLICASETS, owner["metadata"]["namespace"])
        uid = owner["metadata"]["uid"]
        return [item for item in sets["items"] if (controller_of(item) or {}).get("uid") == uid]

    async def _create(self, owner: Object, sets: list[Object], digest: str) -> Object:
        metadata, spec = owner["metadata"], owner["spec"]
        revision = str(max((_revision(item) for item in sets), default=0) + 1)
        template = copy_json(spec["template"])
        template["metadata"].setdefault("labels", {})[_HASH] = digest
        selector = copy_json(spec["selector"])
        selector.setdefault("matchLabels", {})[_HASH] = digest
        fresh: Object = {
            "metadata": {
                "name": f"{metadata['name']}-{digest}",
                "labels": template["metadata"]["labels"],
                "annotations": {REVISION: revision},
                "ownerReferences": [owner_reference(DEPLOYMENTS, owner)],
            },
            "spec": {"replicas": 0, "selector": selector, "template": template},
        }
        made = await self.api.create(REPLICASETS, fresh, metadata["namespace"])
        await self._mark(owner, revision)
        return made

    async def _number(self, owner: Object, current: Object, sets: list[Object]) -> None:
        """A template that comes back gets a new revision."""
        highest = max(_revision(item) for item in sets)
        revision = _revision(current)
        if revision < highest:
            revision = highest + 1
            change = {"metadata": {"annotations": {REVISION: str(revision)}}}
            await self._patch(REPLICASETS, current, change)
        await self._mark(owner, str(revision))

    async def _mark(self, owner: Object, revision: str) -> None:
        if (owner["metadata"].get("annotations") or {}).get(REVISION) != revision:
            change = {"metadata": {"annotations": {REVISION: revision}}}
            await self._patch(DEPLOYMENTS, owner, change)

    async def _patch(self, resource: Resource, obj: Object, change: Object) -> None:
        metadata = obj["metadata"]
        await self.api.patch(resource, metadata["name"], change, metadata["namespace"])

    async def _scale(self, item: Object, replicas: int) -> None:
        before = int(item["spec"].get("replicas", 1))
        if before == replicas:
            return
        await self._patch(REPLICASETS, item, {"spec": {"replicas": replicas}})
        item["spec"]["replicas"] = replicas
        owner = controller_of(item)
        assert owner is not None
        shown = {"metadata": {**owner, "namespace": item["metadata"]["namespace"]}}
        direction = "up" if replicas > before else "down"
        await record(
            self.api,
            DEPLOYMENTS,
            shown,
            "ScalingReplicaSet",
            f"Scaled {direction} replica set {item['metadata']['name']} from {before} "
            f"to {replicas}",
            source=_SOURCE,
        )

    async def _recreate(self, owner: Object, current: Object, old: list[Object]) -> None:
        for item in old:
            await self._scale(item, 0)
        if not any((item.get("status") or {}).get("replicas") for item in old):
            await self._scale(current, int(owner["spec"].get("replicas", 1)))

    async def _roll(self, owner: Object, current: Object, old: list[Object]) -> None:
        wanted = int(owner["spec"].get("replicas", 1))
        rolling = owner["spec"]["strategy"].get("rollingUpdate") or {}
        surge = _share(rolling.get("maxSurge", "25%"), wanted, up=True)
        missing = _share(rolling.get("maxUnavailable", "25%"), wanted, up=False)
        if surge == 0 and missing == 0:
            missing = 1
        present = sum(int(item["spec"].get("replicas", 1)) for item in old)
        mine = int(current["spec"].get("replicas", 1))
        room = wanted + surge - present
        await self._scale(current, wanted if mine > wanted else max(mine, min(wanted, room)))
        available = int((current.get("status") or {}).get("availableReplicas") or 0) + sum(
            int((item.get("status") or {}).get("availableReplicas") or 0) for item in old
        )
        spare = available - (wanted - missing)
        for item in old:
            there = int(item["spec"].get("replicas", 1))
            healthy = int((item.get("status") or {}).get("availableReplicas") or 0)
            removed = max(min(healthy, spare), 0)
            spare -= removed
            # Pods that are not available are no loss.
            await self._scale(item, min(there, healthy - removed))

    async def _forget(self, owner: Object, old: list[Object]) -> None:
        limit = int(owner["spec"].get("revisionHistoryLimit", 10))
        empty = [
            item
            for item in sorted(old, key=_revision)
            if not item["spec"].get("replicas") and not (item.get("status") or {}).get("replicas")
        ]
        for item in empty[: max(len(empty) - limit, 0)]:
            metadata = item["metadata"]
            await self.api.delete(REPLICASETS, metadata["name"], metadata["namespace"])

    async def _tell(self, key: Key, digest: str) -> None:
        owner = await find(self.api, DEPLOYMENTS, key[1], key[0])
        if owner is None:
            return
        sets = await self._owned(owner)

        def total(field: str, items: list[Object]) -> int:
            return sum(int((item.get("status") or {}).get(field) or 0) for item in items)

        wanted = int(owner["spec"].get("replicas", 1))
        updated = total("replicas", [item for item in sets if _digest(item) == digest])
        available = total("availableReplicas", sets)
        replicas = total("replicas", sets)
        complete = updated == wanted == replicas and available >= wanted
        rolling = owner["spec"]["strategy"].get("rollingUpdate") or {}
        least = wanted - _share(rolling.get("maxUnavailable", 0), wanted, up=False)
        status: dict[str, Any] = {
            "observedGeneration": owner["metadata"]["generation"],
            "replicas": replicas,
            "updatedReplicas": updated,
            "readyReplicas": total("readyReplicas", sets),
            "availableReplicas": available,
            "unavailableReplicas": max(wanted - available, 0),
            "conditions": _conditions(
                (owner.get("status") or {}).get("conditions") or [],
                enough=available >= least,
                complete=complete,
            ),
        }
        await set_status(self.api, DEPLOYMENTS, owner, status)


def _conditions(before: list[Any], *, enough: bool, complete: bool) -> list[Any]:
    told = (
        (
            "Available",
            "True" if enough else "False",
            "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
            "Deployment has minimum availability."
            if enough
            else "Deployment does not have minimum availability.",
        ),
        (
            "Progressing",
            "True",
            "NewReplicaSetAvailable" if complete else "ReplicaSetUpdated",
            "The ReplicaSet has successfully progressed."
            if complete
            else "The ReplicaSet is progressing.",
        ),
    )
    known = {item.get("type"): item for item in before}
    result = []
    for kind, value, reason, message in told:
        old = known.get(kind) or {}
        moment = now()
        same = (old.get("status"), old.get("reason")) == (value, reason)
        result.append(
            {
                "type": kind,
                "status": value,
                "reason": reason,
                "message": message,
                "lastUpdateTime": old["lastUpdateTime"] if same else moment,
                "lastTransitionTime": old["lastTransitionTime"]
                if old.get("status") == value
                else moment,
            }
        )
    return result


def _digest(item: Object) -> str:
    return str((item["metadata"].get("labels") or {}).get(_HASH, ""))


def _revision(item: Object) -> int:
    return int((item["metadata"].get("annotations") or {}).get(REVISION) or 0)


def _share(value: Any, whole: int, *, up: bool) -> int:
    """A number, or a percentage of `whole` rounded up (surge) or down (unavailable)."""
    if isinstance(value, str) and value.endswith("%"):
        part = whole * int(value[:-1]) / 100
        return math.ceil(part) if up else math.floor(part)
    return int(value)
