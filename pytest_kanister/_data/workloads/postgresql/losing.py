"""Losing a server's volume under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._data.workloads.postgresql.manifests import claim_name, full_name, pod_name
from pytest_kanister._data.workloads.volumes import WIPE, run_on_volumes
from pytest_kanister._model.resources import PERSISTENTVOLUMECLAIMS, PODS, STATEFULSETS

if TYPE_CHECKING:
    from pytest_kanister._kube import KubeClient

__all__ = ["lose_volume"]


def lose_volume(
    kube: KubeClient, name: str, namespace: str, image: str, *, replaced: bool, timeout_s: float
) -> None:
    """Stops the server, empties its volume or deletes the claim, and starts it anew.

    Args:
        kube: the cluster.
        name: of the release.
        namespace: where it is.
        image: the server's, which has a shell.
        replaced: the claim is deleted, so that a new volume is made.
        timeout_s: for each step.
    """
    claim = claim_name(name)
    _scale(kube, name, namespace, 0)
    # It need not write anything any more.
    kube.delete(PODS, pod_name(name), namespace, wait_s=timeout_s, grace_period_s=0)
    if replaced:
        kube.delete(PERSISTENTVOLUMECLAIMS, claim, namespace, wait_s=timeout_s)
    else:
        run_on_volumes(kube, namespace, image, {"data": claim}, WIPE, timeout_s=timeout_s)
    _scale(kube, name, namespace, 1)


def _scale(kube: KubeClient, name: str, namespace: str, replicas: int) -> None:
    patch = {"spec": {"replicas": replicas}}
    kube.patch(STATEFULSETS, full_name(name), patch, namespace)
