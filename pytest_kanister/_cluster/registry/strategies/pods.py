"""Pods: bound to the one node at once, immutable but for a few fields, deleted gracefully."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry.objects import copy_json, dig, meta
from pytest_kanister._cluster.registry.problems import FieldError, forbidden_field
from pytest_kanister._cluster.registry.strategies.podspec import (
    default_pod_spec,
    validate_pod_spec,
)
from pytest_kanister._cluster.registry.strategy import Column, Strategy

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["NODE_NAME", "Pods"]

NODE_NAME = "pytest-kanister"
"""The cluster's only node."""

_MUTABLE = (
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


class Pods(Strategy):
    """Strategy of pods; there is no scheduler, so every pod gets the one node on creation."""

    type_name = "Pod"
    has_generation = True
    returns_deleted = True
    selectable = frozenset(
        {
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        }
    )
    columns = (
        Column("Name"),
        Column("Ready"),
        Column("Status"),
        Column("Restarts"),
        Column("Age"),
        Column("IP", priority=1),
        Column("Node", priority=1),
        Column("Nominated Node", priority=1),
        Column("Readiness Gates", priority=1),
    )

    def default(self, obj: Object) -> None:
        """Fills the spec; the service account's own defaults are `default`'s."""
        spec = obj.setdefault("spec", {})
        default_pod_spec(spec)
        spec.setdefault("serviceAccountName", "default")
        spec.setdefault("serviceAccount", spec["serviceAccountName"])
        spec.setdefault("enableServiceLinks", True)
        spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
        spec.setdefault("priority", 0)

    def prepare_create(self, obj: Object) -> None:
        """Binds the pod and sets its first status."""
        obj["spec"]["nodeName"] = obj["spec"].get("nodeName") or NODE_NAME
        obj["status"] = {"phase": "Pending", "qosClass": _quality(obj["spec"])}

    def validate(self, obj: Object) -> list[FieldError]:
        """The spec's rules."""
        return validate_pod_spec(obj["spec"], "spec")

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """Only images, deadline, tolerations and a few more may change."""
        if obj["spec"] == old["spec"]:
            return []
        before, after = copy_json(old["spec"]), copy_json(obj["spec"])
        for spec in (before, after):
            for key in ("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"):
                spec.pop(key, None)
            for kind in ("containers", "initContainers"):
                for container in spec.get(kind) or ():
                    container.pop("image", None)
                    container.pop("imagePullPolicy", None)
        if before == after:
            return []
        return [forbidden_field("spec", f"pod updates may not change fields other than {_MUTABLE}")]

    def grace_period_s(self, obj: Object, asked_s: int | None) -> int:
        """What was asked for, else the pod's own; a pod that ended needs none."""
        if dig(obj, "status", "phase") in ("Succeeded", "Failed"):
            return 0
        if asked_s is None:
            asked_s = obj["spec"].get("terminationGracePeriodSeconds", 30)
        return max(asked_s, 0)

    def row(self, obj: Object) -> list[Any]:
        """As kubectl users know it: `1/1 Running 0 5m`."""
        spec, status = obj["spec"], obj.get("status") or {}
        statuses = status.get("containerStatuses") or []
        ready = sum(1 for item in statuses if item.get("ready"))
        restarts = sum(int(item.get("restartCount") or 0) for item in statuses)
        return [
            meta(obj)["name"],
            f"{ready}/{len(spec.get('containers') or ())}",
            _reason(obj, statuses),
            str(restarts),
            meta(obj).get("creationTimestamp"),
            status.get("podIP") or "<none>",
            spec.get("nodeName") or "<none>",
            status.get("nominatedNodeName") or "<none>",
            "<none>",
        ]


def _quality(spec: Object) -> str:
    resources = [container.get("resources") or {} for container in spec.get("containers") or ()]
    if not any(item.get("limits") or item.get("requests") for item in resources):
        return "BestEffort"
    for item in resources:
        limits = item.get("limits") or {}
        if not {"cpu", "memory"} <= set(limits) or (item.get("requests") or limits) != limits:
            return "Burstable"
    return "Guaranteed"


def _reason(obj: Object, statuses: list[Any]) -> str:
    status = obj.get("status") or {}
    reason = str(status.get("reason") or status.get("phase") or "Unknown")
    for item in status.get("initContainerStatuses") or ():
        state = item.get("state") or {}
        waiting = dig(state, "waiting", "reason")
        ended = state.get("terminated")
        if ended is not None and ended.get("exitCode"):
            reason = f"Init:{ended.get('reason') or 'ExitCode:' + str(ended['exitCode'])}"
            break
        if waiting and waiting != "PodInitializing":
            reason = f"Init:{waiting}"
            break
    else:
        for item in reversed(statuses):
            state = item.get("state") or {}
            waiting = dig(state, "waiting", "reason")
            ended = state.get("terminated")
            if waiting:
                reason = waiting
            elif ended is not None:
                reason = ended.get("reason") or f"ExitCode:{ended.get('exitCode', 0)}"
        if reason == "Completed" and any("running" in (s.get("state") or {}) for s in statuses):
            reason = "Running"
    if meta(obj).get("deletionTimestamp"):
        reason = "Terminating"
    return reason
