"""Signs that a pending pod will never start, and a pod's status as Go prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._model.resources import (
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    Resource,
)
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object

__all__ = ["check_volumes_and_node", "pod_status_text"]

_NODES = Resource("", "v1", "nodes", "Node", namespaced=False)


async def check_volumes_and_node(api: Api, pod: Object) -> None:
    """Looks at the scheduled node, the pod's claims and their volumes.

    Raises:
        KanisterError: node not ready or cordoned, claim Lost, bound volume Failed.
    """
    await _check_node(api, pod["spec"].get("nodeName") or "")
    for volume in pod["spec"].get("volumes") or []:
        name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        if name:
            await _check_claim(api, pod["metadata"]["namespace"], name, pod["metadata"]["name"])


async def _check_node(api: Api, name: str) -> None:
    if not name:
        return
    try:
        node = await api.get(_NODES, name)
    except ApiError:
        return  # Kanister ignores a node that it may not read
    conditions = (node.get("status") or {}).get("conditions") or []
    ready = [item.get("status") for item in conditions if item.get("type") == "Ready"]
    if (node.get("spec") or {}).get("unschedulable") or (ready and ready[0] != "True"):
        raise KanisterError(f"Node {name} is currently not ready/available")


async def _check_claim(api: Api, namespace: str, name: str, pod: str) -> None:
    try:
        claim = await api.get(PERSISTENTVOLUMECLAIMS, name, namespace)
    except ApiError as error:
        raise KanisterError(f"Failed to get PVC {name}", cause=error) from error
    phase = (claim.get("status") or {}).get("phase")
    if phase == "Lost":
        raise KanisterError(f"PVC {name} associated with pod {pod} has status: Lost")
    volume = (claim.get("spec") or {}).get("volumeName")
    if phase != "Pending" or not volume:
        return
    try:
        found = await api.get(PERSISTENTVOLUMES, volume)
    except ApiError:
        return
    status = found.get("status") or {}
    if status.get("phase") == "Failed":
        raise KanisterError(
            f"PV {volume} associated with PVC {name} has status: Failed "
            f"message: {status.get('message', '')} reason: {status.get('reason', '')} "
            f"namespace: {namespace}"
        )


def pod_status_text(pod: Object) -> str:
    """The status in Go's notation, cut down to what tells why it failed."""
    status = pod.get("status") or {}
    containers = []
    for container in status.get("containerStatuses") or []:
        ended = (container.get("state") or {}).get("terminated") or {}
        containers.append(
            f"ContainerStatus{{Name:{container.get('name', '')},State:ContainerState{{"
            f"Terminated:&ContainerStateTerminated{{ExitCode:{ended.get('exitCode', 0)},"
            f"Signal:{ended.get('signal', 0)},Reason:{ended.get('reason', '')},"
            f"Message:{ended.get('message', '')},}},}},}}"
        )
    return (
        f"&PodStatus{{Phase:{status.get('phase', '')},Message:{status.get('message', '')},"
        f"Reason:{status.get('reason', '')},ContainerStatuses:[]ContainerStatus{{"
        f"{','.join(containers)}}},}}"
    )
