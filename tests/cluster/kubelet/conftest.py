"""A node: API, names and kubelet in one loop, with real sandboxes and the real catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.polling import Deadline
from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.contracts import Builtin
from pytest_kanister._cluster.images import BuiltinCatalogue
from pytest_kanister._cluster.kubelet import Kubelet, probe_runtime
from pytest_kanister._cluster.network import Subnet, run_names
from pytest_kanister._cluster.registry import Store
from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import EVENTS, PODS


class Node:
    """What the tests of this folder ask of a cluster."""

    def __init__(self, api: LocalApi, folder: Path, subnet: Subnet) -> None:
        self.api = api
        self.folder = folder
        self.subnet = subnet
        self.kubelet: Kubelet

    async def create(self, name: str, *containers: Mapping[str, Any], **spec: Any) -> None:
        named = [
            {"name": f"c{index}" if index else "c", "image": "busybox", **container}
            for index, container in enumerate(containers)
        ]
        pod = {"metadata": {"name": name}, "spec": {"containers": named, **spec}}
        await self.api.create(PODS, pod, "default")

    async def shell(self, name: str, script: str, **spec: Any) -> str:
        """Runs a script as a pod's only container; its whole output."""
        await self.create(name, {"command": ["bash", "-c", script]}, restartPolicy="Never", **spec)
        await self.ended(name)
        return await self.log(name)

    async def pod(self, name: str) -> Object:
        return await self.api.get(PODS, name, "default")

    async def until(
        self, name: str, holds: Callable[[Object], bool], timeout_s: float = 20
    ) -> Object:
        deadline = Deadline(timeout_s)
        while not holds(pod := await self.pod(name)):
            assert not deadline.passed, f"never came: {pod['status']}"
            await asyncio.sleep(0.003)
        return pod

    async def ended(self, name: str) -> Object:
        return await self.until(name, lambda p: p["status"]["phase"] in ("Succeeded", "Failed"))

    async def ready(self, name: str, timeout_s: float = 20) -> Object:
        return await self.until(name, is_ready, timeout_s)

    async def log(self, name: str, container: str = "c", **options: Any) -> str:
        found = self.kubelet.logs("default", name, container, **{"follow": True, **options})
        async with aclosing(found) as stream:  # type: ignore[type-var]
            return b"".join([chunk async for chunk in stream]).decode()

    async def events(self, name: str) -> list[tuple[str, str]]:
        listed = await self.api.list(EVENTS, "default")
        return [
            (event["reason"], event["message"])
            for event in listed["items"]
            if event["involvedObject"]["name"] == name
        ]

    async def exec(
        self, name: str, *command: str, stdin: bytes | None = None, tty: bool = False
    ) -> tuple[int, str, str]:
        out: list[bytes] = []
        err: list[bytes] = []

        async def to(sink: list[bytes], data: bytes) -> None:
            sink.append(data)

        async def given() -> Any:
            yield stdin

        status = await self.kubelet.exec(
            "default",
            name,
            "c",
            command,
            stdin=None if stdin is None else given(),
            stdout=lambda data: to(out, data),
            stderr=lambda data: to(err, data),
            tty=tty,
        )
        return status, b"".join(out).decode(), b"".join(err).decode()


def is_ready(pod: Object) -> bool:
    conditions = pod["status"].get("conditions") or []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


Test = Callable[[Node], Awaitable[None]]


@pytest.fixture(params=["bubblewrap"])
def runtime_name(request: pytest.FixtureRequest) -> str:
    """Tests that hold for every runtime are parametrised over this."""
    return str(request.param)


@pytest.fixture
def on_node(tmp_path: Path, runtime_name: str) -> Callable[..., None]:
    """Runs a coroutine function with a node that lives as long as it; nothing survives it."""

    def run(test: Test, builtins: Mapping[str, Builtin] | None = None) -> None:
        async def main() -> None:
            subnet = Subnet.claim()
            api = LocalApi(Store(), lambda: node.kubelet)
            node = Node(api, tmp_path / "node", subnet)
            node.folder.mkdir()
            node.kubelet = Kubelet(
                api,
                folder=node.folder,
                subnet=subnet,
                catalogue=BuiltinCatalogue(cache_folder(), mapping={}),
                runtime=probe_runtime(runtime_name, cache_folder(), print),
                builtins=builtins or {},
            )
            tasks = [
                asyncio.create_task(node.kubelet.run()),
                asyncio.create_task(run_names(api, subnet, node.folder)),
            ]
            testing = asyncio.ensure_future(test(node))
            try:
                await asyncio.wait([testing, *tasks], return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    if task.done():
                        task.result()
                await testing
            finally:
                for task in [testing, *tasks]:
                    task.cancel()
                await asyncio.gather(testing, *tasks, return_exceptions=True)
                subnet.close()
            left = [path.name for path in node.folder.iterdir()]
            assert left == [], f"left behind: {left}"

        asyncio.run(main())

    return run
