"""Whether Kanister's operator runs, and whether it was restarted meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._model.ownership import OPERATOR_RECORD
from pytest_kanister._model.resources import CONFIGMAPS, DEPLOYMENTS, PODS
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["OperatorWatch"]

_IMAGE = "/controller:"
"""In the image's name of every release: `ghcr.io/kanisterio/controller:0.119.0`."""


class OperatorWatch:
    """The operator's pods in one namespace, from the moment this was made."""

    def __init__(self, kube: KubeClient, namespace: str) -> None:
        self._kube = kube
        self._namespace = namespace
        self._before = self._starts()

    def restarted(self) -> str:
        """Which pod was restarted or replaced, in words; empty when none was."""
        now = self._starts()
        for pod, count in self._before.items():
            if pod not in now:
                return f"pod {pod} is gone"
            if now[pod] > count:
                return f"pod {pod} shows {now[pod]} restarts"
        return ""

    def require_running(self) -> None:
        """Raises `EnvironmentProblem` when no operator's pod is ready."""
        pods = self._pods()
        if any(_ready(pod) for pod in pods) or self._is_stood_in_for():
            return
        states = [f"pod {pod['metadata']['name']}: {pod['status'].get('phase')}" for pod in pods]
        deployments = [
            f"deployment {entry['metadata']['name']}"
            for entry in self._kube.list(DEPLOYMENTS, self._namespace)
        ]
        raise EnvironmentProblem(
            f"no Kanister operator runs in namespace {self._namespace}, "
            "so nobody executes ActionSets there",
            looked=states or deployments or [f"namespace {self._namespace}: no pods"],
            remedies=[
                f"see why: `kubectl -n {self._namespace} describe pods`",
                "ActionSets belong into the namespace that the operator was installed to",
            ],
        )

    def _is_stood_in_for(self) -> bool:
        """Whether our operator works here from outside: then there is no pod of it."""
        return any(
            record["metadata"]["name"] == OPERATOR_RECORD
            for record in self._kube.list(CONFIGMAPS, self._namespace)
        )

    def _starts(self) -> dict[str, int]:
        return {
            pod["metadata"]["name"]: sum(
                entry.get("restartCount", 0)
                for entry in pod.get("status", {}).get("containerStatuses") or ()
            )
            for pod in self._pods()
        }

    def _pods(self) -> list[Object]:
        return [
            pod
            for pod in self._kube.list(PODS, self._namespace)
            if any(_IMAGE in entry.get("image", "") for entry in pod["spec"]["containers"])
        ]


def _ready(pod: Object) -> bool:
    return any(
        entry["type"] == "Ready" and entry["status"] == "True"
        for entry in pod.get("status", {}).get("conditions") or ()
    )
