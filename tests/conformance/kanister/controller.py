"""Kanister's controller as a pod of the cluster."""

from __future__ import annotations

from typing import Any

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import EnvironmentProblem

__all__ = ["Controller"]

Object = dict[str, Any]

_OPERATOR = "app=kanister-operator"


class Controller:
    """Kanister's controller as a pod: its log, its restarts."""

    def __init__(self, kube: KubeClient, namespace: str) -> None:
        self._kube = kube
        self._namespace = namespace
        self._before = 0

    def remember(self) -> None:
        self._before = self._count()

    def restarts(self) -> int:
        return self._count() - self._before

    def log(self) -> str:
        return "\n".join(
            self._kube.logs(self._namespace, pod["metadata"]["name"], tail_lines=2000)
            for pod in self._pods()
        )

    def delete(self) -> None:
        for pod in self._pods():
            name = pod["metadata"]["name"]
            self._kube.delete(PODS, name, self._namespace, wait_s=30, grace_period_s=0)

    def wait_ready(self, deadline: Deadline) -> None:
        def ready() -> bool | None:
            states = [
                status.get("ready")
                for pod in self._pods()
                for status in (pod.get("status") or {}).get("containerStatuses") or []
            ]
            return True if states and all(states) else None

        if not wait_until(ready, deadline):
            raise EnvironmentProblem(
                "Kanister's controller does not run", remedies=["see its pod's log"]
            )

    def _pods(self) -> list[Object]:
        return self._kube.list(PODS, self._namespace, label_selector=_OPERATOR)

    def _count(self) -> int:
        return sum(
            status.get("restartCount", 0)
            for pod in self._pods()
            for status in (pod.get("status") or {}).get("containerStatuses") or []
        )
