"""A kubelet without sandboxes: task pods as plain processes, so that tests stay quick."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from pytest_kanister._model.api import Api, Object
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import NotFound


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
