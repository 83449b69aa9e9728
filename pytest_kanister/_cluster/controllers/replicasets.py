"""ReplicaSets: as many pods as are wanted.  `minReadySeconds` is not modelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._cluster.controllers.common import (
    find,
    is_active,
    is_ready,
    keys_by_owner,
    owned_pods,
    pod_from,
    record,
    set_status,
)
from pytest_kanister._cluster.controllers.loops import Controller, Key
from pytest_kanister._model.resources import PODS, REPLICASETS
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object, WatchEvent
    from pytest_kanister._model.resources import Resource

__all__ = ["ReplicaSets"]

_SOURCE = "replicaset-controller"


class ReplicaSets(Controller):
    """Makes and removes pods; pods that ended stay, but do not count."""

    watched = (REPLICASETS, PODS)

    def keys(self, resource: Resource, event: WatchEvent) -> list[Key]:
        """A pod concerns its ReplicaSet."""
        return keys_by_owner(REPLICASETS, resource, event.object)

    async def reconcile(self, key: Key) -> float | None:
        """Brings the number of pods to what the spec says."""
        owner = await find(self.api, REPLICASETS, key[1], key[0])
        if owner is None or owner["metadata"].get("deletionTimestamp"):
            return None
        active = [pod for pod in await owned_pods(self.api, owner) if is_active(pod)]
        missing = int(owner["spec"].get("replicas", 1)) - len(active)
        try:
            for _ in range(missing):
                await self._create(owner)
            for pod in sorted(active, key=_worth)[: max(-missing, 0)]:
                await self.api.delete(PODS, pod["metadata"]["name"], key[0])
        finally:
            await self._tell(key)
        return None

    async def _create(self, owner: Object) -> None:
        metadata = owner["metadata"]
        pod = pod_from(owner["spec"]["template"], REPLICASETS, owner)
        pod["metadata"]["generateName"] = f"{metadata['name']}-"
        try:
            made = await self.api.create(PODS, pod, metadata["namespace"])
        except ApiError as error:
            if error.status != 403:
                await record(
                    self.api,
                    REPLICASETS,
                    owner,
                    "FailedCreate",
                    f"Error creating: {error}",
                    kind="Warning",
                    source=_SOURCE,
                )
            raise
        await record(
            self.api,
            REPLICASETS,
            owner,
            "SuccessfulCreate",
            f"Created pod: {made['metadata']['name']}",
            source=_SOURCE,
        )

    async def _tell(self, key: Key) -> None:
        owner = await find(self.api, REPLICASETS, key[1], key[0])
        if owner is None:
            return
        active = [pod for pod in await owned_pods(self.api, owner) if is_active(pod)]
        ready = sum(1 for pod in active if is_ready(pod))
        status = {
            **(owner.get("status") or {}),
            "observedGeneration": owner["metadata"]["generation"],
            "replicas": len(active),
            "fullyLabeledReplicas": len(active),
            "readyReplicas": ready,
            "availableReplicas": ready,
        }
        await set_status(self.api, REPLICASETS, owner, status)


def _worth(pod: Object) -> tuple[bool, str]:
    """Pods worth least first: those not ready; the newest go before the oldest."""
    stamp = pod["metadata"]["creationTimestamp"]
    return is_ready(pod), "".join(chr(0x10FFFF - ord(sign)) for sign in stamp)
