"""An API in-process, a kubelet that runs task pods as real processes, and the operator."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any

import pytest

from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.registry import Store
from pytest_kanister._kanister.operator import run_operator
from pytest_kanister._model.api import Api, Object
from pytest_kanister._model.resources import (
    ACTIONSETS,
    BLUEPRINTS,
    EVENTS,
    NAMESPACES,
    PODS,
    SECRETS,
    STATEFULSETS,
)
from pytest_kanister.errors import ApiError, NotFound

LIMIT_S = 20.0


class TaskKubelet:
    """Runs the first container of each pod that Kanister made; `broken` images never start."""

    def __init__(self) -> None:
        self.api: Api
        self.logs_by_pod: dict[str, bytearray] = {}
        self.started: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.pods: list[Object] = []
        self._changed = asyncio.Condition()
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._done: set[str] = set()

    async def run(self) -> None:
        try:
            async for event in self.api.watch(PODS, None):
                metadata = event.object["metadata"]
                if (metadata.get("labels") or {}).get("createdBy") != "kanister":
                    continue
                if event.type == "DELETED":
                    self._kill(metadata["name"])
                elif metadata["name"] not in self.logs_by_pod:
                    self.logs_by_pod[metadata["name"]] = bytearray()
                    self.pods.append(event.object)
                    if "broken" not in event.object["spec"]["containers"][0]["image"]:
                        task = asyncio.create_task(self._run_pod(event.object))
                        self._tasks.add(task)
        finally:
            for task in self._tasks:
                task.cancel()
            for name in list(self._processes):
                self._kill(name)
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run_pod(self, pod: Object) -> None:
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        container = pod["spec"]["containers"][0]
        await self._status(namespace, name, "Running", {"running": {}})
        process = await asyncio.create_subprocess_exec(
            *container["command"],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        self._processes[name] = process
        self.started[name] = time.monotonic()
        try:
            assert process.stdout is not None
            while chunk := await process.stdout.read(65536):
                async with self._changed:
                    self.logs_by_pod[name] += chunk
                    self._changed.notify_all()
            status = await process.wait()
        finally:
            self._kill(name)
            await process.wait()
        self.ended[name] = time.monotonic()
        phase = "Succeeded" if status == 0 else "Failed"
        reason = "Completed" if status == 0 else "Error"
        await self._status(
            namespace, name, phase, {"terminated": {"exitCode": status, "reason": reason}}
        )
        async with self._changed:
            self._done.add(name)
            self._changed.notify_all()

    async def _status(self, namespace: str, name: str, phase: str, state: Object) -> None:
        with contextlib.suppress(NotFound):
            pod = await self.api.get(PODS, name, namespace)
            pod["status"] = {
                "phase": phase,
                "containerStatuses": [
                    {
                        "name": pod["spec"]["containers"][0]["name"],
                        "image": pod["spec"]["containers"][0]["image"],
                        "imageID": "",
                        "ready": "running" in state,
                        "restartCount": 0,
                        "state": state,
                    }
                ],
            }
            await self.api.update(PODS, pod, subresource="status")

    def _kill(self, name: str) -> None:
        process = self._processes.pop(name, None)
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    async def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool,
        tail_lines: int | None = None,
        timestamps: bool = False,
        previous: bool = False,
    ) -> AsyncIterator[bytes]:
        sent = 0
        while True:
            async with self._changed:
                while follow and sent == len(self.logs_by_pod[pod]) and pod not in self._done:
                    await self._changed.wait()
            chunk = bytes(self.logs_by_pod[pod][sent:])
            if not chunk:
                return
            sent += len(chunk)
            yield chunk

    async def exec(
        self,
        namespace: str,
        pod: str,
        container: str,
        command: Sequence[str],
        *,
        stdin: AsyncIterator[bytes] | None,
        stdout: Callable[[bytes], Awaitable[None]],
        stderr: Callable[[bytes], Awaitable[None]],
        tty: bool = False,
    ) -> int:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )

        async def pump(
            stream: asyncio.StreamReader | None, send: Callable[[bytes], Awaitable[None]]
        ) -> None:
            assert stream is not None
            while chunk := await stream.read(65536):
                await send(chunk)

        try:
            await asyncio.gather(pump(process.stdout, stdout), pump(process.stderr, stderr))
            return await process.wait()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


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


Scenario = Callable[[Cluster], Coroutine[Any, Any, None]]


@pytest.fixture
def in_cluster() -> Callable[..., None]:
    """Runs a coroutine against a fresh cluster with operator, kubelet and app/db."""

    def run(scenario: Scenario, *, env: dict[str, str] | None = None) -> None:
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

    return run


@pytest.fixture
def make() -> Any:
    """`make.task`, `make.on_statefulset`, `make.state`: builders that tests share."""

    class Make:
        task = staticmethod(task)
        on_statefulset = staticmethod(on_statefulset)
        state = staticmethod(state)

    return Make
