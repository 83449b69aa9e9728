"""Jobs: pods until enough of them succeeded.

Not modelled: Indexed completion (refused on creation), pod failure policies, back-off delays
between retries, `suspend` of a running Job, `ttlSecondsAfterFinished`, `activeDeadlineSeconds`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.controllers.common import (
    find,
    is_active,
    is_ready,
    keys_by_owner,
    owned_pods,
    pod_from,
    set_status,
)
from pytest_kanister._cluster.controllers.loops import Controller, Key
from pytest_kanister._cluster.registry.objects import now
from pytest_kanister._model.resources import PODS, Resource

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object, WatchEvent

__all__ = ["Jobs"]

_JOBS = Resource("batch", "v1", "jobs", "Job")


class Jobs(Controller):
    """Runs at most `parallelism` pods at a time, gives up after `backoffLimit` failures."""

    watched = (_JOBS, PODS)

    def keys(self, resource: Resource, event: WatchEvent) -> list[Key]:
        """A pod concerns its Job."""
        return keys_by_owner(_JOBS, resource, event.object)

    async def reconcile(self, key: Key) -> float | None:
        """Starts what is missing, tells what was reached."""
        owner = await find(self.api, _JOBS, key[1], key[0])
        if owner is None or owner["metadata"].get("deletionTimestamp"):
            return None
        spec, before = owner["spec"], owner.get("status") or {}
        if spec.get("suspend") or _finished(before):
            return None
        pods = await owned_pods(self.api, owner)
        succeeded = sum(1 for pod in pods if _phase(pod) == "Succeeded")
        failed = sum(1 for pod in pods if _phase(pod) == "Failed")
        active = [pod for pod in pods if is_active(pod)]
        wanted = spec.get("completions")
        enough = succeeded >= wanted if wanted is not None else bool(succeeded and not active)
        hopeless = failed > int(spec.get("backoffLimit", 6))
        if hopeless:
            for pod in active:
                await self.api.delete(PODS, pod["metadata"]["name"], key[0])
        elif not enough:
            goal = int(spec.get("parallelism", 1))
            if wanted is not None:
                goal = min(goal, wanted - succeeded)
            elif succeeded:
                goal = 0
            for _ in range(goal - len(active)):
                pod = pod_from(spec["template"], _JOBS, owner)
                pod["metadata"]["generateName"] = f"{key[1]}-"
                active.append(await self.api.create(PODS, pod, key[0]))
        status: dict[str, Any] = {
            **before,
            "startTime": before.get("startTime") or now(),
            "active": 0 if hopeless else len(active),
            "succeeded": succeeded,
            "failed": failed,
            "ready": sum(1 for pod in active if is_ready(pod)),
        }
        if enough:
            status["completionTime"] = now()
            status["conditions"] = [_condition("Complete", "CompletionsReached", "")]
        elif hopeless:
            text = "Job has reached the specified backoff limit"
            status["conditions"] = [_condition("Failed", "BackoffLimitExceeded", text)]
        await set_status(self.api, _JOBS, owner, status)
        return None


def _phase(pod: Object) -> str:
    return str((pod.get("status") or {}).get("phase"))


def _finished(status: Object) -> bool:
    return any(
        item.get("type") in ("Complete", "Failed") and item.get("status") == "True"
        for item in status.get("conditions") or ()
    )


def _condition(kind: str, reason: str, message: str) -> Object:
    moment = now()
    return {
        "type": kind,
        "status": "True",
        "reason": reason,
        "message": message,
        "lastProbeTime": moment,
        "lastTransitionTime": moment,
    }
