"""ScaleWorkload: sets a workload's replicas and waits until it is there."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.params.workloads import (
    DEPLOYMENTCONFIGS,
    owned,
    replicaset_of,
)
from pytest_kanister._model.resources import DEPLOYMENTS, PODS, STATEFULSETS
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._model.api import Api, Object
    from pytest_kanister._model.resources import Resource

__all__ = ["run"]

_KINDS = {
    "statefulset": STATEFULSETS,
    "deployment": DEPLOYMENTS,
    "deploymentconfig": DEPLOYMENTCONFIGS,
}
_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.25


async def run(call: Call) -> dict[str, Any]:
    """Output: `originalReplicaCount`, the replicas before."""
    replicas = _replicas(call.args.get("replicas"))
    namespace, kind, name = _workload(call)
    wait = call.truth("waitForReady", default=True)
    resource = _KINDS.get(kind.lower())
    if resource is None:
        raise KanisterError(f"Workload type not supported {kind}")
    try:
        workload = await call.api.get(resource, name, namespace)
        original = workload["spec"].get("replicas", 1)
        workload["spec"]["replicas"] = replicas
        await call.api.update(resource, workload)
    except ApiError as error:
        raise KanisterError(
            f"Failed to scale {kind} workload to {replicas} replicas", cause=error
        ) from error
    if wait:
        await _wait_ready(call.api, resource, name, namespace)
    return {"originalReplicaCount": original}


def _replicas(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        if not re.fullmatch(r"[+-]?[0-9]+", value):
            raise KanisterError(
                f"Cannot convert string to int: strconv.Atoi: parsing {_quoted(value)}: "
                "invalid syntax"
            )
        return int(value)
    go_type = {float: "float64", bool: "bool", list: "[]interface {}"}.get(
        type(value), "map[string]interface {}"
    )
    raise KanisterError(f"Invalid arg type {go_type} for Arg replicas ")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _workload(call: Call) -> tuple[str, str, str]:
    """Namespace, kind, name: from the args, else the action's workload."""
    found: tuple[str, str, str] | None = None
    for kind in ("StatefulSet", "Deployment", "DeploymentConfig"):
        workload = call.params.plain.get(kind)
        if workload is not None:
            found = (workload["Namespace"], kind.lower(), workload["Name"])
            break
    if found is None:
        if not all(call.has(name) for name in ("namespace", "kind", "name")):
            raise KanisterError(
                "Workload information not available via defaults or namespace/name/kind parameters"
            )
        found = ("", "", "")
    return (
        call.text("namespace", found[0]),
        call.text("kind", found[1]),
        call.text("name", found[2]),
    )


async def _wait_ready(api: Api, resource: Resource, name: str, namespace: str) -> None:
    """Looks again with short pauses, without limit: pods and status change apart."""
    pause = _FIRST_PAUSE_S
    while True:
        workload = await api.get(resource, name, namespace)
        if resource is STATEFULSETS:
            ready = await _statefulset_ready(api, workload)
        elif resource is DEPLOYMENTS:
            ready = await _deployment_ready(api, workload)
        else:
            status = workload.get("status") or {}
            ready = status.get("readyReplicas", 0) == workload["spec"].get("replicas", 1)
        if ready:
            return
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_S)


async def _statefulset_ready(api: Api, workload: Object) -> bool:
    """Kanister does not look at observedGeneration, so it may be told of the state before."""
    replicas: int = workload["spec"].get("replicas", 1)
    if (workload.get("status") or {}).get("readyReplicas", 0) != replicas:
        return False
    return len(_running(await owned(api, PODS, workload))) == replicas


async def _deployment_ready(api: Api, workload: Object) -> bool:
    status = workload.get("status") or {}
    replicas: int = workload["spec"].get("replicas", 1)
    counts = [status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")]
    current = status.get("observedGeneration", 0) >= workload["metadata"].get("generation", 0)
    if not current or any(count != replicas for count in counts):
        return False
    pods = await owned(api, PODS, await replicaset_of(api, workload))
    available: int = status.get("availableReplicas", 0)
    return len(_running(pods)) == len(pods) == available


def _running(pods: list[Object]) -> list[Object]:
    return [pod for pod in pods if (pod.get("status") or {}).get("phase") == "Running"]
