"""StatefulSets: numbered pods with claims of their own, one after the other.

Not modelled: ControllerRevision objects (so no `rollout undo`), `minReadySeconds`,
`maxUnavailable`, adoption of pods that nobody owns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.controllers.common import (
    find,
    is_active,
    is_ready,
    keys_by_owner,
    owned_pods,
    pod_from,
    record,
    set_status,
    template_hash,
)
from pytest_kanister._cluster.controllers.loops import Controller, Key
from pytest_kanister._cluster.registry.objects import copy_json
from pytest_kanister._model.resources import PERSISTENTVOLUMECLAIMS, PODS, STATEFULSETS
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object, WatchEvent
    from pytest_kanister._model.resources import Resource

__all__ = ["StatefulSets"]

_SOURCE = "statefulset-controller"


class StatefulSets(Controller):
    """Pods `name-0` … in order, claims `<claim>-<name>-<n>`, rolling updates from the top."""

    watched = (STATEFULSETS, PODS)

    def keys(self, resource: Resource, event: WatchEvent) -> list[Key]:
        """A pod concerns its StatefulSet."""
        return keys_by_owner(STATEFULSETS, resource, event.object)

    async def reconcile(self, key: Key) -> float | None:
        """Makes, removes or replaces pods as far as the order allows now."""
        owner = await find(self.api, STATEFULSETS, key[1], key[0])
        if owner is None or owner["metadata"].get("deletionTimestamp"):
            return None
        pods = {_ordinal(pod): pod for pod in await owned_pods(self.api, owner)}
        try:
            await self._step(owner, pods)
        finally:
            await self._tell(owner, await owned_pods(self.api, owner))
        return None

    async def _step(self, owner: Object, pods: dict[int, Object]) -> None:
        spec = owner["spec"]
        first = int((spec.get("ordinals") or {}).get("start") or 0)
        wanted = range(first, first + int(spec.get("replicas", 1)))
        in_order = spec["podManagementPolicy"] == "OrderedReady"
        for ordinal in wanted:
            pod = pods.get(ordinal)
            if pod is None:
                await self._create(owner, ordinal)
                if in_order:
                    return
                continue
            if pod["metadata"].get("deletionTimestamp"):
                if in_order:
                    return
                continue
            if not is_active(pod):  # it ended: Kubernetes puts a new one in its place
                await self._delete(owner, pod)
                return
            if in_order and not is_ready(pod):
                # A template that never becomes ready may still be replaced below.
                if _revision(pod) == _wanted_revision(owner):
                    return
                break
        surplus = [pods[item] for item in sorted(pods, reverse=True) if item not in wanted]
        for pod in surplus:
            if not pod["metadata"].get("deletionTimestamp"):
                await self._delete(owner, pod)
            if in_order:
                return
        await self._roll(owner, [pods[item] for item in reversed(wanted) if item in pods])

    async def _roll(self, owner: Object, pods: list[Object]) -> None:
        strategy = owner["spec"]["updateStrategy"]
        if strategy["type"] != "RollingUpdate":
            return
        partition = int((strategy.get("rollingUpdate") or {}).get("partition") or 0)
        for pod in pods:
            if _ordinal(pod) < partition:
                return
            if pod["metadata"].get("deletionTimestamp"):
                return
            if _revision(pod) != _wanted_revision(owner):
                await self._delete(owner, pod)
                return
            if not is_ready(pod):
                return

    async def _create(self, owner: Object, ordinal: int) -> None:
        spec, metadata = owner["spec"], owner["metadata"]
        name = f"{metadata['name']}-{ordinal}"
        pod = pod_from(spec["template"], STATEFULSETS, owner)
        pod["metadata"]["name"] = name
        pod["metadata"].setdefault("labels", {}).update(
            {
                "statefulset.kubernetes.io/pod-name": name,
                "apps.kubernetes.io/pod-index": str(ordinal),
                "controller-revision-hash": _wanted_revision(owner),
            }
        )
        pod["spec"]["hostname"] = name
        if spec.get("serviceName"):
            pod["spec"]["subdomain"] = spec["serviceName"]
        claims = spec.get("volumeClaimTemplates") or []
        taken = {claim["metadata"]["name"] for claim in claims}
        pod["spec"]["volumes"] = [
            item for item in pod["spec"].get("volumes") or () if item["name"] not in taken
        ]
        try:
            for claim in claims:
                claim_name = f"{claim['metadata']['name']}-{name}"
                await self._claim(owner, claim, claim_name)
                source = {"persistentVolumeClaim": {"claimName": claim_name}}
                pod["spec"]["volumes"].append({"name": claim["metadata"]["name"], **source})
            await self.api.create(PODS, pod, metadata["namespace"])
        except ApiError as error:
            if error.status == 403:  # the namespace is going away
                return
            await record(
                self.api,
                STATEFULSETS,
                owner,
                "FailedCreate",
                f"create Pod {name} in StatefulSet {metadata['name']} failed error: {error}",
                kind="Warning",
                source=_SOURCE,
            )
            raise
        await record(
            self.api,
            STATEFULSETS,
            owner,
            "SuccessfulCreate",
            f"create Pod {name} in StatefulSet {metadata['name']} successful",
            source=_SOURCE,
        )

    async def _claim(self, owner: Object, template: Object, name: str) -> None:
        namespace = owner["metadata"]["namespace"]
        if await find(self.api, PERSISTENTVOLUMECLAIMS, name, namespace) is not None:
            return
        claim = copy_json(template)
        claim.pop("status", None)
        claim["metadata"]["name"] = name
        claim["metadata"].pop("namespace", None)
        labels = owner["spec"]["selector"].get("matchLabels") or {}
        claim["metadata"]["labels"] = {**(claim["metadata"].get("labels") or {}), **labels}
        await self.api.create(PERSISTENTVOLUMECLAIMS, claim, namespace)

    async def _delete(self, owner: Object, pod: Object) -> None:
        name = pod["metadata"]["name"]
        await self.api.delete(PODS, name, pod["metadata"]["namespace"])
        await record(
            self.api,
            STATEFULSETS,
            owner,
            "SuccessfulDelete",
            f"delete Pod {name} in StatefulSet {owner['metadata']['name']} successful",
            source=_SOURCE,
        )

    async def _tell(self, owner: Object, pods: list[Object]) -> None:
        fresh = await find(
            self.api, STATEFULSETS, owner["metadata"]["name"], owner["metadata"]["namespace"]
        )
        if fresh is None:
            return
        revision = _wanted_revision(owner)
        before = fresh.get("status") or {}
        active = [pod for pod in pods if is_active(pod)]
        updated = [pod for pod in active if _revision(pod) == revision]
        ready = [pod for pod in active if is_ready(pod)]
        done = len(updated) == len(active) == int(owner["spec"].get("replicas", 1))
        current = revision if done else before.get("currentRevision") or revision
        status: dict[str, Any] = {
            **before,
            "observedGeneration": owner["metadata"]["generation"],
            "replicas": len(pods),
            "readyReplicas": len(ready),
            "availableReplicas": len(ready),
            "updatedReplicas": len(updated),
            "currentReplicas": sum(1 for pod in active if _revision(pod) == current),
            "currentRevision": current,
            "updateRevision": revision,
            "collisionCount": 0,
        }
        await set_status(self.api, STATEFULSETS, fresh, status)


def _ordinal(pod: Object) -> int:
    found = re.search(r"-(\d+)$", pod["metadata"]["name"])
    return int(found[1]) if found else -1


def _revision(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get("controller-revision-hash", ""))


def _wanted_revision(owner: Object) -> str:
    return f"{owner['metadata']['name']}-{template_hash(owner['spec']['template'])}"
