"""`Containers`: a `Runtime` whose sandboxes are containers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.kubelet.runtime import Command
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_kanister._cluster.contracts import Mount
    from pytest_kanister._cluster.kubelet.containers.engine import Engine
    from pytest_kanister._cluster.kubelet.containers.network import ContainerNetwork
    from pytest_kanister._cluster.kubelet.runtime import Sandbox

__all__ = ["Containers"]

_THREADS = 512
"""Each container has one that reads its output; pods of one cluster are 253 at most."""

_CREATION_S = 10.0
"""For a container that is just being created when the cluster ends; it takes a second."""

_CANNOT_START = 128
_NO_SUCH_FILE = 127

_EXEC = 'if [ -t 0 ]; then exec docker exec -it "$@"; else exec docker exec -i "$@"; fi'


class Containers:
    """Runtime that needs a Docker engine on this machine.

    Args:
        engine: runs the containers.
        network: connects them.
    """

    name = "containers"
    own_network = True
    losses: tuple[str, ...] = ()

    def __init__(self, engine: Engine, network: ContainerNetwork) -> None:
        self._engine = engine
        self._network = network
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="container")
        self._first: dict[str, ContainerRun] = {}
        self._gate = threading.Condition()
        self._being_created = 0
        self._closed = False

    def place(self, path: str, mounts: Sequence[Mount]) -> str:
        """The path itself: the container has it."""
        return path

    def start(self, sandbox: Sandbox, output: int) -> ContainerRun:
        """See `Runtime.start`; what goes wrong later is in the output, with exit status 128."""
        first = self._first.get(sandbox.ip)
        beside = first if first is not None and first.child.running else None
        run = ContainerRun(self._create, self._threads, sandbox, os.dup(output), beside)
        if beside is None:
            self._first[sandbox.ip] = run
        return run

    def close(self) -> None:
        """Removes what is still there, the network last; waits for what is just being created."""
        with self._gate:
            self._closed = True
            self._gate.wait_for(lambda: not self._being_created, timeout=_CREATION_S)
        for container in self._engine.left():
            with contextlib.suppress(Exception):  # it goes by itself at this very moment
                container.remove(force=True, v=True)
        self._network.remove()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _create(self, sandbox: Sandbox, beside: str) -> Any:
        """Blocking: the container, created and started."""
        with self._gate:
            if self._closed:
                raise EnvironmentProblem(
                    "no container is started any more: the cluster is ending",
                    remedies=["start another cluster"],
                )
            self._being_created += 1
        try:
            return self._made(sandbox, beside)
        finally:
            with self._gate:
                self._being_created -= 1
                self._gate.notify_all()

    def _made(self, sandbox: Sandbox, beside: str) -> Any:
        from docker import version
        from docker.types import EndpointConfig
        from testcontainers.core.container import DockerContainer

        network: dict[str, Any] = {"network_mode": f"container:{beside}"}
        if not beside:
            point = EndpointConfig(version.__version__, ipv4_address=sandbox.ip)
            network = {
                "network": self._network.made,
                "networking_config": {self._network.name: point},
                "hostname": sandbox.hostname,
            }
        made = DockerContainer(
            sandbox.image,
            env=dict(sandbox.env),
            name=f"pytest-kanister-{uuid.uuid4().hex[:12]}",
            entrypoint=list(sandbox.argv),
            working_dir=sandbox.cwd,
            labels=dict(self._engine.labels),
            user=sandbox.user or None,
            **network,
        )
        made.with_volume_mapping(str(sandbox.hosts), "/etc/hosts", "ro")
        for mount in sandbox.mounts:
            if mount.source is None:
                size = f"size={mount.size_bytes}" if mount.size_bytes else ""
                made.tmpfs[mount.target] = size
            else:
                mode = "ro" if mount.read_only else "rw"
                made.with_volume_mapping(str(mount.source), mount.target, mode)
        try:
            made.start()
        except BaseException:
            with contextlib.suppress(Exception):
                made.stop()
            raise
        return made.get_wrapped_container()


class _Main:
    """The main process of a container, as the kubelet waits for it."""

    def __init__(self, number: int) -> None:
        self.pid = number
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def running(self) -> bool:
        """Whether the end has not been seen yet."""
        return not self.ended.done()

    async def wait(self) -> int:
        """The exit status, as Docker counts it: 128 + n for signal n."""
        return await asyncio.shield(self.ended)


class ContainerRun:
    """One container, from its creation in a thread to its removal."""

    def __init__(
        self,
        create: Callable[[Sandbox, str], Any],
        threads: ThreadPoolExecutor,
        sandbox: Sandbox,
        output: int,
        beside: ContainerRun | None,
    ) -> None:
        self.child = _Main(0)
        self._create = create
        self._threads = threads
        self._sandbox = sandbox
        self._output = output
        self._beside = beside
        self._container: Any = None
        self._there = asyncio.Event()
        self._unwanted = False
        self._life = asyncio.create_task(self._live())

    def terminate(self) -> None:
        """See `Run.terminate`."""
        self._signal("SIGTERM")

    def kill(self) -> None:
        """See `Run.kill`: the engine ends a container's whole tree with its main process."""
        self._unwanted = True
        self._signal("SIGKILL")

    async def begun(self) -> None:
        """See `Run.begun`: Docker starts it when it is created."""
        await self._wait_there()

    def pids(self) -> list[int]:
        """None that matter here: a container's addresses are its own."""
        return []

    async def command(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> Command:
        """See `Run.command`: only what the container's own environment lacks is passed on."""
        await self._wait_there()
        if not self.child.running or self._container is None:
            raise ProcessLookupError("the container has ended")
        own = self._sandbox.env
        added = [f"--env={name}={value}" for name, value in env.items() if own.get(name) != value]
        words = [*added, "--workdir", cwd, self._container.id, *argv]
        return Command(["/bin/sh", "-c", _EXEC, "docker-exec", *words], os.environ)

    async def identity(self) -> str:
        """The container's id; empty when it could not be started."""
        await self._wait_there()
        return str(self._container.id) if self._container is not None else ""

    async def _wait_there(self) -> None:
        await self._there.wait()

    async def _live(self) -> None:
        status = _CANNOT_START
        try:
            beside = await self._beside.identity() if self._beside is not None else ""
            self._container = await self._thread(self._create, self._sandbox, beside)
            self._there.set()
            if self._unwanted:
                self._signal("SIGKILL")
            await self._thread(self._carry)
            status = int((await self._thread(self._container.wait))["StatusCode"])
        except Exception as error:  # docker-py's own: whatever it is, it is told with the pod
            os.write(self._output, f"cannot run the container: {error}\n".encode())
            missing = "executable file not found" in str(error) or "no such file" in str(error)
            status = _NO_SUCH_FILE if missing else _CANNOT_START
        finally:
            os.close(self._output)
            self._there.set()
            if not self.child.ended.done():
                self.child.ended.set_result(status)
            if self._container is not None:
                with contextlib.suppress(Exception):  # removed by `Containers.close` otherwise
                    await self._thread(lambda: self._container.remove(force=True, v=True))

    def _carry(self) -> None:
        """Blocking: the container's output, from its first byte to its end."""
        for chunk in self._container.logs(stream=True, follow=True):
            view = memoryview(chunk)
            while view:
                view = view[os.write(self._output, view) :]

    def _signal(self, name: str) -> None:
        if self._container is not None and self.child.running:
            self._threads.submit(self._send, name)

    def _send(self, name: str) -> None:
        with contextlib.suppress(Exception):  # it has ended, or is gone
            self._container.kill(signal=name)

    async def _thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, *arguments)
