"""The scale subresource (autoscaling/v1 Scale) of workloads and of CRDs that declare one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry import problems
from pytest_kanister._cluster.registry.objects import copy_json, dig
from pytest_kanister._cluster.registry.strategies.custom import CustomResources

if TYPE_CHECKING:
    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._model.api import Object

__all__ = ["scale_of", "scaled"]


def _paths(kind: Kind) -> tuple[list[str], list[str], list[str]]:
    strategy = kind.strategy
    if isinstance(strategy, CustomResources):
        scale = strategy.scale
        spec = str(scale.get("specReplicasPath", "")).strip(".").split(".")
        status = str(scale.get("statusReplicasPath", "")).strip(".").split(".")
        selector = str(scale.get("labelSelectorPath") or "").strip(".").split(".")
        return spec, status, selector
    return ["spec", "replicas"], ["status", "replicas"], []


def scale_of(kind: Kind, obj: Object) -> Object:
    """How many replicas are wanted and there."""
    spec, status, selector = _paths(kind)
    metadata = obj["metadata"]
    labels = dig(obj, "spec", "selector", "matchLabels") or {}
    text = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    if isinstance(kind.strategy, CustomResources):
        text = str(dig(obj, *selector) or "")
    shown: Object = {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            key: metadata[key]
            for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
            if key in metadata
        },
        "spec": {"replicas": dig(obj, *spec) or 0},
        "status": {"replicas": dig(obj, *status) or 0},
    }
    if text:
        shown["status"]["selector"] = text
    return shown


def scaled(kind: Kind, obj: Object, scale: Any) -> Object:
    """A copy of the object with the Scale's replicas; the Scale's versions are checked later."""
    replicas = dig(scale, "spec", "replicas")
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        replicas = 0
    if replicas < 0:
        raise problems.invalid(
            kind.resource,
            obj["metadata"]["name"],
            [problems.bad_value("spec.replicas", replicas, "must be greater than or equal to 0")],
        )
    result: Object = copy_json(obj)
    path = _paths(kind)[0]
    place = result
    for step in path[:-1]:
        place = place.setdefault(step, {})
    place[path[-1]] = replicas
    given = scale.get("metadata") or {}
    if given.get("resourceVersion"):
        result["metadata"]["resourceVersion"] = given["resourceVersion"]
    if given.get("uid"):
        result["metadata"]["uid"] = given["uid"]
    return result
