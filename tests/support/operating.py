"""An API in-process, a kubelet that runs task pods as real processes, and the operator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.registry import Store
from pytest_kanister._kanister.operator import run_operator
from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import (
    ACTIONSETS,
    BLUEPRINTS,
    EVENTS,
    NAMESPACES,
    PODS,
    SECRETS,
    STATEFULSETS,
)
from pytest_kanister.errors import ApiError
from tests.kanister.operator.kubelet import TaskKubelet

__all__ = ["Cluster", "on_statefulset", "run_in_cluster", "state", "task"]

LIMIT_S = 20.0


class Cluster:
    """What tests do with the cluster, as a client would."""

    def __init__(self, env: dict[str, str] | None = None) -> None:
        self.kubelet = TaskKubelet()
        self.api = LocalApi(Store(), lambda: self.kubelet)
        self.kubelet.api = self.api
        self.log: list[str] = []
        self.env = {"POD_NAMESPACE": "kanister", **(env or {})}
        self.operator: asyncio.Task[int] | None = None

    def start_operator(self) -> asyncio.Task[int]:
        self.operator = asyncio.create_task(run_operator(self.api, self.log.append, self.env))
        return self.operator

    async def stop_operator(self) -> None:
        assert self.operator is not None
        self.operator.cancel()
        await asyncio.gather(self.operator, return_exceptions=True)

    async def namespace(self, name: str) -> None:
        await self.api.create(NAMESPACES, {"metadata": {"name": name}})

    async def secret(self, name: str, namespace: str, **values: str) -> Object:
        secret = {"metadata": {"name": name, "namespace": namespace}, "stringData": values}
        return await self.api.create(SECRETS, secret, namespace)

    async def statefulset(self, name: str, namespace: str, replicas: int = 1) -> Object:
        """A StatefulSet with its pods, running."""
        labels = {"app.kubernetes.io/instance": name}
        template = {
            "metadata": {"labels": labels},
            "spec": {
                "containers": [
                    {
                        "name": "main",
                        "image": "db:1",
                        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                    }
                ]
            },
        }
        workload = await self.api.create(
            STATEFULSETS,
            {
                "metadata": {"name": name, "namespace": namespace, "labels": labels},
                "spec": {
                    "serviceName": name,
                    "replicas": replicas,
                    "selector": {"matchLabels": labels},
                    "template": template,
                    "volumeClaimTemplates": [
                        {
                            "metadata": {"name": "data"},
                            "spec": {
                                "accessModes": ["ReadWriteOnce"],
                                "resources": {"requests": {"storage": "1Gi"}},
                            },
                        }
                    ],
                },
            },
            namespace,
        )
        for ordinal in range(replicas):
            await self.running_pod(f"{name}-{ordinal}", namespace, workload)
        return workload

    async def running_pod(self, name: str, namespace: str, owner: Object | None = None) -> Object:
        metadata: Object = {"name": name, "namespace": namespace}
        if owner is not None:
            metadata["ownerReferences"] = [
                {
                    "apiVersion": "apps/v1",
                    "kind": "StatefulSet",
                    "name": owner["metadata"]["name"],
                    "uid": owner["metadata"]["uid"],
                    "controller": True,
                }
            ]
        spec = {"containers": [{"name": "main", "image": "db:1"}]}
        pod = await self.api.create(PODS, {"metadata": metadata, "spec": spec}, namespace)
        pod["status"] = {
            "phase": "Running",
            "containerStatuses": [
                {
                    "name": "main",
                    "image": "db:1",
                    "imageID": "",
                    "ready": True,
                    "restartCount": 0,
                    "state": {"running": {}},
                }
            ],
        }
        return await self.api.update(PODS, pod, subresource="status")

    async def blueprint(self, actions: Object, name: str = "bp") -> Object:
        return await self.api.create(
            BLUEPRINTS,
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Blueprint",
                "metadata": {"name": name, "namespace": "kanister"},
                "actions": actions,
            },
            "kanister",
        )

    async def actionset(self, *actions: Object, name: str = "run", **metadata: Any) -> Object:
        return await self.api.create(
            ACTIONSETS,
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "ActionSet",
                "metadata": {"name": name, "namespace": "kanister", **metadata},
                "spec": {"actions": list(actions)},
            },
            "kanister",
        )

    async def get(self, name: str = "run") -> Object:
        return await self.api.get(ACTIONSETS, name, "kanister")

    async def until(self, reached: Callable[[Object], bool], name: str = "run") -> list[Object]:
        """Every state of the ActionSet up to the one that is meant."""
        states: list[Object] = []
        async with asyncio.timeout(LIMIT_S):
            async for event in self.api.watch(
                ACTIONSETS, "kanister", field_selector=f"metadata.name={name}"
            ):
                states.append(event.object.get("status") or {})
                if reached(event.object):
                    return states
        raise AssertionError("the watch ended")

    async def finished(self, name: str = "run") -> Object:
        """The final status."""
        states = await self.until(lambda obj: state(obj) in ("failed", "complete"), name)
        return states[-1]

    async def events(self, until: str, name: str = "run") -> list[tuple[str, str, str]]:
        """(type, reason, message) of the object's events in order, once `until` is among them."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                listing = await self.api.list(EVENTS, "kanister")
                mine = [item for item in listing["items"] if item["involvedObject"]["name"] == name]
                mine.sort(key=lambda item: int(item["metadata"]["name"].rpartition(".")[2], 16))
                if any(item["reason"] == until for item in mine):
                    return [(item["type"], item["reason"], item["message"]) for item in mine]
                await asyncio.sleep(0.01)

    async def task_started(self) -> None:
        """Returns once a task pod's process runs."""
        async with asyncio.timeout(LIMIT_S):
            async for event in self.api.watch(PODS, None, label_selector="createdBy=kanister"):
                if (event.object.get("status") or {}).get("phase") == "Running":
                    return

    async def pods_gone(self, namespace: str) -> None:
        """Returns once no task pod is left."""
        async with asyncio.timeout(LIMIT_S):
            async for event in self.api.watch(PODS, namespace, label_selector="createdBy=kanister"):
                if event.type == "DELETED" and not await self.pod_names(namespace):
                    return

    async def pod_names(self, namespace: str) -> list[str]:
        listing = await self.api.list(PODS, namespace, label_selector="createdBy=kanister")
        return [item["metadata"]["name"] for item in listing["items"]]


def state(actionset: Object) -> str:
    return str((actionset.get("status") or {}).get("state", ""))


def task(name: str, script: str, **extra: Any) -> Object:
    """A KubeTask phase that runs a shell script."""
    return {
        "func": "KubeTask",
        "name": name,
        "args": {"image": "tools:1", "namespace": "app", "command": ["bash", "-c", script]},
        **extra,
    }


def on_statefulset(action: str = "backup", **fields: Any) -> Object:
    """An ActionSet's action on StatefulSet app/db."""
    return {
        "name": action,
        "blueprint": "bp",
        "object": {"kind": "statefulset", "name": "db", "namespace": "app"},
        **fields,
    }


def run_in_cluster(
    scenario: Callable[[Cluster], Coroutine[Any, Any, None]], env: dict[str, str] | None = None
) -> None:
    """Runs a coroutine against a fresh cluster with operator, kubelet and app/db."""

    async def main() -> None:
        cluster = Cluster(env)
        await cluster.namespace("kanister")
        await cluster.namespace("app")
        kubelet = asyncio.create_task(cluster.kubelet.run())
        cluster.start_operator()
        try:
            async with asyncio.timeout(LIMIT_S):
                while True:
                    try:
                        await cluster.api.list(BLUEPRINTS, "kanister")
                        break
                    except ApiError:
                        await asyncio.sleep(0.001)
            await cluster.statefulset("db", "app")
            await scenario(cluster)
        finally:
            await cluster.stop_operator()
            kubelet.cancel()
            await asyncio.gather(kubelet, return_exceptions=True)

    asyncio.run(main())
