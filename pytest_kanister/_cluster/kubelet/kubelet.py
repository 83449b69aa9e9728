"""`Kubelet`: the node of the embedded cluster."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from typing import TYPE_CHECKING

from pytest_kanister._cluster.kubelet.child import Child
from pytest_kanister._cluster.kubelet.events import Recorder
from pytest_kanister._cluster.kubelet.exec import run_command
from pytest_kanister._cluster.kubelet.pod import PodWorker
from pytest_kanister._cluster.network.mirror import Mirror
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import BadRequest, Conflict, EnvironmentProblem, NotFound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from pytest_kanister._cluster.contracts import Builtin, Catalogue
    from pytest_kanister._cluster.kubelet.container import Container
    from pytest_kanister._cluster.kubelet.runtime import Runtime
    from pytest_kanister._cluster.network import Addresses
    from pytest_kanister._model.api import Api, Object, WatchEvent

__all__ = ["Kubelet"]

_NO_PLACE_PAUSE_S = 1.0
"""Between two tries to give a pod an address and a folder."""

_REAPED_S = 1.0
"""For the kernel to end what was killed; it takes milliseconds."""


class Kubelet:
    """Makes processes out of pods; implements `contracts.PodHost`.

    Args:
        api: the cluster's API.
        folder: where pods, volumes and logs are kept; `run_names` gets the same one.
        subnet: gives each pod its address.
        catalogue: says what an image is here.
        runtime: makes sandboxes, see `probe_runtime`.
        builtins: images that run inside this process.
        node: the node's name.

    `run` must be awaited in the loop of a thread that lives as long as the cluster: a sandbox
    dies with the thread that made it.
    """

    def __init__(
        self,
        api: Api,
        *,
        folder: Path,
        subnet: Addresses,
        catalogue: Catalogue,
        runtime: Runtime,
        builtins: Mapping[str, Builtin],
        node: str = "pytest-kanister",
    ) -> None:
        self._api = api
        self._folder = folder
        self._subnet = subnet
        self._catalogue = catalogue
        self._runtime = runtime
        self._builtins = builtins
        self._node = node
        self._recorder = Recorder(api, node)
        self._workers: dict[str, PodWorker] = {}
        self._endings: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, asyncio.TimerHandle] = {}

    async def run(self) -> None:
        """Runs the cluster's pods until cancelled; then every pod's tree is killed."""
        mirror = Mirror(self._api, PODS, self._changed)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(mirror.run())
                group.create_task(self._recorder.run())
        finally:
            for timer in self._waiting.values():
                timer.cancel()
            for worker in list(self._workers.values()):
                self._endings.add(worker.stop(0, remove=False))
            await asyncio.gather(*self._endings, return_exceptions=True)
            await Child.all_ended(_REAPED_S)
            self._runtime.close()
            for name in ("pods", "hosts"):
                shutil.rmtree(self._folder / name, ignore_errors=True)

    def _changed(self, event: WatchEvent) -> None:
        pod, uid = event.object, event.object["metadata"]["uid"]
        worker = self._workers.get(uid)
        waiting = self._waiting.pop(uid, None)
        if waiting is not None:
            waiting.cancel()
        if event.type == "DELETED":
            if worker is not None:
                self._stop(worker, 0, remove=False)
            return
        if pod["spec"].get("nodeName", self._node) != self._node:
            return
        if pod["metadata"].get("deletionTimestamp"):
            grace_s = float(pod["metadata"].get("deletionGracePeriodSeconds") or 0)
            if worker is not None:
                self._stop(worker, grace_s, remove=True)
            else:
                self._keep(asyncio.create_task(self._remove(pod)))
            return
        ended = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
        if worker is None and not ended:
            self._begin(uid, pod)

    def _begin(self, uid: str, pod: Object) -> None:
        """Runs a pod; one that there is no place for stays Pending, says so, and is tried again."""
        self._waiting.pop(uid, None)
        try:
            self._workers[uid] = PodWorker(
                self._api,
                pod,
                folder=self._folder,
                subnet=self._subnet,
                catalogue=self._catalogue,
                runtime=self._runtime,
                builtins=self._builtins,
                recorder=self._recorder,
            )
        except (EnvironmentProblem, OSError) as problem:
            text = f"Failed to create pod sandbox: {problem}"
            self._recorder.warning(pod, "FailedCreatePodSandBox", text)
            self._waiting[uid] = asyncio.get_running_loop().call_later(
                _NO_PLACE_PAUSE_S, self._begin, uid, pod
            )

    def _stop(self, worker: PodWorker, grace_s: float, *, remove: bool) -> None:
        task = worker.stop(grace_s, remove=remove)
        task.add_done_callback(lambda _: self._workers.pop(worker.uid, None))
        self._keep(task)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def _remove(self, pod: Object) -> None:
        metadata = pod["metadata"]
        with contextlib.suppress(NotFound, Conflict):
            await self._api.delete(
                PODS, metadata["name"], metadata["namespace"], grace_period_s=0, uid=metadata["uid"]
            )

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
        """See `contracts.PodHost.logs`.

        Raises:
            NotFound: no such pod on this node.
            BadRequest: no such container, or it has not been started yet.
        """
        found = self._container(namespace, pod, container)
        logs = found.logs[:-1] if previous else found.logs
        if not logs:
            if previous:
                raise BadRequest(
                    400,
                    "BadRequest",
                    f'previous terminated container "{found.name}" in pod "{pod}" not found',
                )
            reason = found.state.current.get("waiting", {}).get("reason", "ContainerCreating")
            raise BadRequest(
                400,
                "BadRequest",
                f'container "{found.name}" in pod "{pod}" is waiting to start: {reason}',
            )
        async for data in logs[-1].read(
            follow=follow, tail_lines=tail_lines, timestamps=timestamps
        ):
            yield data

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
        """See `contracts.PodHost.exec`.

        Raises:
            NotFound: no such pod on this node.
            BadRequest: no such container, it is not running, or it is the cluster's own.
        """
        found = self._container(namespace, pod, container)
        if found.spec["image"] in self._builtins:
            raise BadRequest(
                400,
                "BadRequest",
                f'container "{found.name}" runs inside the embedded cluster itself: no command'
                " can be run in it",
            )
        if found.run is None:
            raise BadRequest(
                400, "BadRequest", f"container not found or not running ({found.name!r})"
            )
        try:
            return await run_command(
                found.run,
                command,
                found.env,
                found.cwd,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                tty=tty,
            )
        except ProcessLookupError:
            raise BadRequest(400, "BadRequest", f"container not running ({found.name!r})") from None
        except FileNotFoundError as error:
            await stderr(f"cannot run {command[0]}: {error.strerror}\n".encode())
            return 127

    def _container(self, namespace: str, pod: str, name: str) -> Container:
        # The newest one: its predecessor of the same name may still be ending.
        named = [w for w in self._workers.values() if (w.namespace, w.name) == (namespace, pod)]
        worker = named[-1] if named else None
        if worker is None:
            raise NotFound(404, "NotFound", f'pods "{pod}" not found')
        found = worker.container(name) if name else worker.main[0]
        if found is None:
            raise BadRequest(400, "BadRequest", f"container {name} is not valid for pod {pod}")
        return found
