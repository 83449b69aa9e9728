"""What templates see of a workload: its running pods, their containers and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.params.errors import ParamsError
from pytest_kanister._kanister.params.lookup import fetch
from pytest_kanister._model.resources import (
    DEPLOYMENTS,
    PODS,
    REPLICASETS,
    STATEFULSETS,
    Resource,
)
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object

__all__ = ["DEPLOYMENTCONFIGS", "owned", "replicaset_of", "workload_params"]

DEPLOYMENTCONFIGS = Resource("apps.openshift.io", "v1", "deploymentconfigs", "DeploymentConfig")
_REPLICATIONCONTROLLERS = Resource("", "v1", "replicationcontrollers", "ReplicationController")
_REVISION = "deployment.kubernetes.io/revision"


async def workload_params(api: Api, kind: str, name: str, namespace: str) -> Object:
    """Plain `.StatefulSet`, `.Deployment` or `.DeploymentConfig`.

    Only pods in phase Running count, terminating ones included, in the API's list order.

    Args:
        api: the cluster.
        kind: `statefulset`, `deployment` or `deploymentconfig`.
        name: the workload's name.
        namespace: the workload's namespace.

    Raises:
        ParamsError: the workload or what owns its pods is not there.
    """
    if kind == "statefulset":
        workload = await fetch(api, STATEFULSETS, name, namespace)
        owner = workload
    elif kind == "deployment":
        workload = await fetch(api, DEPLOYMENTS, name, namespace)
        owner = await replicaset_of(api, workload)
    else:
        workload = await fetch(api, DEPLOYMENTCONFIGS, name, namespace)
        latest = workload.get("status", {}).get("latestVersion", 0)
        owner = await fetch(api, _REPLICATIONCONTROLLERS, f"{name}-{latest}", namespace)
    pods = [
        pod
        for pod in await owned(api, PODS, owner)
        if pod.get("status", {}).get("phase") == "Running"
    ]
    claims: dict[str, dict[str, str]] = {}
    for pod in pods:
        mounts = _mounts(workload, pod["metadata"]["name"], per_pod=kind == "statefulset")
        if mounts:
            claims[pod["metadata"]["name"]] = mounts
    return {
        "Name": name,
        "Namespace": namespace,
        "Pods": [pod["metadata"]["name"] for pod in pods],
        "Containers": [
            [status["name"] for status in pod["status"].get("containerStatuses") or []]
            for pod in pods
        ],
        "PersistentVolumeClaims": claims,
    }


async def replicaset_of(api: Api, deployment: Object) -> Object:
    """The Deployment's ReplicaSet of the current revision."""
    revision = (deployment["metadata"].get("annotations") or {}).get(_REVISION)
    for candidate in await owned(api, REPLICASETS, deployment):
        if (candidate["metadata"].get("annotations") or {}).get(_REVISION) == revision:
            return candidate
    raise ParamsError("Could not find a ReplicaSet for Deployment: not found")


async def owned(api: Api, resource: Resource, owner: Object) -> list[Object]:
    """Objects in the owner's namespace that name its uid among their owners, in name order."""
    uid = owner["metadata"].get("uid")
    try:
        listing = await api.list(resource, owner["metadata"]["namespace"])
    except ApiError as error:
        raise ParamsError(error.message) from error
    return [
        item
        for item in listing["items"]
        if any(ref.get("uid") == uid for ref in item["metadata"].get("ownerReferences") or [])
    ]


def _mounts(workload: Object, pod: str, *, per_pod: bool) -> dict[str, str]:
    """Claim name → mount path; the last mount of a claim wins, init containers do not count.

    For a StatefulSet every claim, a directly referenced one too, is taken to be named
    `<claim>-<statefulset>-<ordinal>`: Kanister assumes so.
    """
    spec: Any = workload["spec"]["template"]["spec"]
    volumes: dict[str, str] = {}
    if per_pod:
        for template in workload["spec"].get("volumeClaimTemplates") or []:
            volumes[template["metadata"]["name"]] = template["metadata"]["name"]
    for volume in spec.get("volumes") or []:
        claim = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        if claim:
            volumes[volume["name"]] = claim
    mounts: dict[str, str] = {}
    for container in spec.get("containers") or []:
        for mount in container.get("volumeMounts") or []:
            claim = volumes.get(mount["name"])
            if claim is not None:
                mounts[f"{claim}-{pod}" if per_pod else claim] = mount["mountPath"]
    return mounts
