"""Work on volumes while no server uses them: a pod that mounts claims and runs one script.

Used to wipe a volume and to copy one; the image is the workload's own, which is there already.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from pytest_kanister._kube.pods import pod_evidence
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["WIPE", "run_on_volumes"]

WIPE = 'rm -rf /volumes/data/* /volumes/data/.[!.]* && test -z "$(ls -A /volumes/data)"'
"""Empties the claim mounted as `data`."""


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
