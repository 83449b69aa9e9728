"""Work on volumes while no server uses them: a pod that mounts claims and runs one script.

Used to wipe a volume and to copy one; the image is the workload's own, which is there already.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from pytest_kanister._kube.pods import pod_evidence
from pytest_kanister._model.resources import PODS, STATEFULSETS
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["WIPE", "run_on_volumes", "start_stateful_set", "stop_stateful_set"]

WIPE = 'rm -rf /volumes/data/* /volumes/data/.[!.]* && test -z "$(ls -A /volumes/data)"'
"""Empties the claim mounted as `data`."""


def stop_stateful_set(kube: KubeClient, namespace: str, name: str, *, timeout_s: float) -> None:
    """Scales to nothing and waits until the last pod is gone; its claims stay.

    Pods are not deleted here: before its controller has seen the scale it would make a new one,
    which would then be killed while it initialises the volume.

    Raises:
        EnvironmentProblem: they are still there after `timeout_s`.
    """
    kube.patch(STATEFULSETS, name, {"spec": {"replicas": 0}}, namespace)

    def stopped(obj: Object | None) -> bool | None:
        status = (obj or {}).get("status", {})
        seen = status.get("observedGeneration", 0) >= (obj or {})["metadata"].get("generation", 0)
        return (seen and not status.get("replicas")) or None

    if not kube.wait_for(STATEFULSETS, name, namespace, stopped, timeout_s=timeout_s):
        raise EnvironmentProblem(
            f"StatefulSet {namespace}/{name} still has pods {timeout_s:.0f} s after it was scaled "
            "to none",
            remedies=[f"see why: `kubectl -n {namespace} describe statefulset {name}`"],
        )
    for pod in kube.list(PODS, namespace):
        owners = pod["metadata"].get("ownerReferences", [])
        if any(owner["kind"] == "StatefulSet" and owner["name"] == name for owner in owners):
            # It is ending; nobody makes another one now.
            kube.delete(PODS, pod["metadata"]["name"], namespace, wait_s=timeout_s)


def start_stateful_set(kube: KubeClient, namespace: str, name: str) -> None:
    """Scales to one."""
    kube.patch(STATEFULSETS, name, {"spec": {"replicas": 1}}, namespace)


def run_on_volumes(
    kube: KubeClient,
    namespace: str,
    image: str,
    claims: Mapping[str, str],
    script: str,
    *,
    timeout_s: float,
) -> None:
    """Runs `sh -c SCRIPT` with each claim at `/volumes/<key>`, and waits for its end.

    Args:
        kube: the cluster.
        namespace: of the claims.
        image: has `sh`.
        claims: names of PersistentVolumeClaims by the mount's name.
        script: what to do.
        timeout_s: for all of it.

    Raises:
        EnvironmentProblem: it failed, or did not end in time.
    """
    name = f"volumes-{token_hex(4)}"
    kube.create(_pod(name, namespace, image, claims, script), namespace)
    try:

        def ended(pod: Object | None) -> str | None:
            phase = (pod or {}).get("status", {}).get("phase")
            return phase if phase in ("Succeeded", "Failed") else None

        phase = kube.wait_for(PODS, name, namespace, ended, timeout_s=timeout_s)
        if phase != "Succeeded":
            raise EnvironmentProblem(
                f"pod {namespace}/{name}, which works on the volumes {', '.join(claims.values())}, "
                + ("failed" if phase else f"did not end within {timeout_s:.0f} s"),
                evidence=pod_evidence(kube, namespace, name),
                remedies=["see what it says above"],
            )
    finally:
        kube.delete(PODS, name, namespace, grace_period_s=0)


def _pod(name: str, namespace: str, image: str, claims: Mapping[str, str], script: str) -> Object:
    container = {
        "name": "volumes",
        "image": image,
        "command": ["sh", "-c", script],
        "volumeMounts": [{"name": key, "mountPath": f"/volumes/{key}"} for key in claims],
    }
    volumes = [
        {"name": key, "persistentVolumeClaim": {"claimName": claim}}
        for key, claim in claims.items()
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"restartPolicy": "Never", "containers": [container], "volumes": volumes},
    }
