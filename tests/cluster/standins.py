"""A served cluster for tests: real store, HTTPS and controllers; pods run nothing.

`QuickKubelet` stands where the kubelet stands in the product: it makes pods ready, ends those
that are deleted, and runs exec's commands as real processes of this machine.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._cluster.api import ApiServer, LocalApi
from pytest_kanister._cluster.controllers import run_controllers
from pytest_kanister._cluster.registry import Store
from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import ApiError

T = TypeVar("T")

KUBECTL = shutil.which("kubectl")


class QuickKubelet:
    """Makes every pod ready at once, unless its name is in `slow`."""

    def __init__(self) -> None:
        self.slow: set[str] = set()
        self.lines = [b"one\n", b"two\n", b"three\n"]
        self.more = asyncio.Event()

    async def run(self, api: LocalApi) -> None:
        number = 0
        async for event in api.watch(PODS):
            pod = event.object
            name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
            if event.type == "DELETED":
                continue
            try:
                if pod["metadata"].get("deletionTimestamp"):
                    await api.delete(PODS, name, namespace, grace_period_s=0)
                elif pod["status"]["phase"] == "Pending" and name not in self.slow:
                    number += 1
                    await api.update(PODS, self.started(pod, number), subresource="status")
            except ApiError:
                continue

    @staticmethod
    def started(pod: Object, number: int) -> Object:
        pod["status"].update(
            phase="Running",
            podIP=f"127.9.0.{number}",
            conditions=[{"type": "Ready", "status": "True"}],
            containerStatuses=[
                {
                    "name": item["name"],
                    "image": item["image"],
                    "imageID": "",
                    "ready": True,
                    "restartCount": 0,
                    "state": {"running": {}},
                }
                for item in pod["spec"]["containers"]
            ],
        )
        return pod

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
        if previous:
            raise ApiError.of(400, "BadRequest", "previous terminated container not found")
        for line in self.lines[-tail_lines:] if tail_lines is not None else self.lines:
            yield (b"2026-01-01T00:00:00Z " + line) if timestamps else line
        if follow:
            await self.more.wait()
            yield b"four\n"

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
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        feeding = asyncio.ensure_future(self._feed(child.stdin, stdin))
        try:
            await asyncio.gather(_pump(child.stdout, stdout), _pump(child.stderr, stderr))
            return await child.wait()
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
            if child.returncode is None:
                child.kill()
                await child.wait()

    @staticmethod
    async def _feed(pipe: asyncio.StreamWriter, chunks: AsyncIterator[bytes] | None) -> None:
        if chunks is not None:
            async for chunk in chunks:
                pipe.write(chunk)
                await pipe.drain()
        pipe.close()


async def _pump(stream: asyncio.StreamReader, send: Callable[[bytes], Awaitable[None]]) -> None:
    while chunk := await stream.read(65536):
        await send(chunk)


class Answer:
    """An HTTP answer, decoded."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Cluster:
    """A cluster in a thread; `run` does something inside its event loop."""

    def __init__(self, folder: Path, *, controllers: bool) -> None:
        self.folder = folder
        self._controllers = controllers
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._tasks: list[asyncio.Task[None]] = []
        self.run(self._start())

    async def _start(self) -> None:
        self.kubelet = QuickKubelet()
        self.api = LocalApi(Store(), lambda: self.kubelet)
        self.server = ApiServer(self.api, folder=self.folder, host="127.0.0.1")
        await self.server.start()
        if self._controllers:
            work = run_controllers(self.api, volumes=self.folder / "volumes")
            self._tasks.append(asyncio.ensure_future(work))
            self._tasks.append(asyncio.ensure_future(self.kubelet.run(self.api)))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def stop(self) -> None:
        async def end() -> None:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.server.stop()

        failed = [task for task in self._tasks if task.done() and task.exception()]
        self.run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        assert not failed, f"a controller ended: {failed[0].exception()!r}"

    def http(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "application/json",
        token: str | None = None,
        accept: str = "application/json",
    ) -> Answer:
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        host, _, port = self.server.url.removeprefix("https://").partition(":")
        connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=20)
        if token is None:
            token = (self.folder / "token").read_text()
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers["Content-Type"] = content_type
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def kubectl(
        self, *arguments: str, stdin: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        assert KUBECTL is not None
        done = subprocess.run(
            [KUBECTL, "--cache-dir", str(self.folder / "kubectl-cache"), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=30,
            env={**os.environ, "KUBECONFIG": str(self.server.kubeconfig)},
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(arguments)}: {done.stderr}{done.stdout}")
        return done

    def until(self, attempt: Callable[[], T | None], timeout_s: float = 15.0) -> T:
        found = wait_until(attempt, Deadline(timeout_s))
        assert found is not None, "it did not happen in time"
        return found


@contextmanager
def running_cluster(folder: Path, *, controllers: bool = False) -> Iterator[Cluster]:
    cluster = Cluster(folder, controllers=controllers)
    try:
        yield cluster
    finally:
        cluster.stop()


def pod(name: str, **more: Any) -> Object:
    metadata = {"name": name, **more}
    return {"metadata": metadata, "spec": {"containers": [{"name": "main", "image": "busybox:1"}]}}


def stateful_set(name: str, replicas: int = 1, image: str = "db:1") -> Object:
    labels = {"app": name}
    return {
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "serviceName": name,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [
                        {
                            "name": "db",
                            "image": image,
                            "ports": [{"name": "sql", "containerPort": 3306}],
                            "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                        }
                    ]
                },
            },
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
    }


def deployment(name: str, replicas: int = 2, image: str = "web:1") -> Object:
    labels = {"app": name}
    return {
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
        },
    }


def widgets_crd() -> Object:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "additionalPrinterColumns": [
                        {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
                        {"name": "State", "type": "string", "jsonPath": ".status.state"},
                    ],
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {
                                "spec": {
                                    "type": "object",
                                    "required": ["size"],
                                    "properties": {
                                        "size": {"type": "integer", "minimum": 1},
                                        "mode": {
                                            "type": "string",
                                            "enum": ["fast", "safe"],
                                            "default": "safe",
                                        },
                                        "free": {
                                            "type": "object",
                                            "x-kubernetes-preserve-unknown-fields": True,
                                        },
                                        "port": {"x-kubernetes-int-or-string": True},
                                    },
                                },
                                "status": {
                                    "type": "object",
                                    "properties": {"state": {"type": "string"}},
                                },
                            },
                        }
                    },
                }
            ],
        },
    }


def widget(name: str, **spec: Any) -> Object:
    return {
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": {"name": name},
        "spec": {"size": 3, **spec},
    }
