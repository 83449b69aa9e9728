"""One pod from creation to the last process' end."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.kubelet.container import Container, Surroundings
from pytest_kanister._cluster.kubelet.events import now
from pytest_kanister._cluster.kubelet.spec import ConfigProblem
from pytest_kanister._cluster.kubelet.status import pod_status
from pytest_kanister._cluster.kubelet.volumes import prepare_volumes
from pytest_kanister._cluster.network import Addresses, HostsFiles
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import ApiError, Conflict, KanisterHarnessError, NotFound

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from pathlib import Path

    from pytest_kanister._cluster.contracts import Builtin, Catalogue
    from pytest_kanister._cluster.kubelet.events import Recorder
    from pytest_kanister._cluster.kubelet.runtime import Runtime
    from pytest_kanister._model.api import Api, Object

__all__ = ["PodWorker"]

_VOLUME_PAUSE_S = 0.05


class PodWorker:
    """Runs a pod from when it is made until `stop`; everything happens in tasks of its own.

    Raises:
        EnvironmentProblem: there is no address left.
        OSError: its folder cannot be made.
    """

    def __init__(
        self,
        api: Api,
        pod: Object,
        *,
        folder: Path,
        subnet: Addresses,
        catalogue: Catalogue,
        runtime: Runtime,
        builtins: Mapping[str, Builtin],
        recorder: Recorder,
    ) -> None:
        self.uid: str = pod["metadata"]["uid"]
        self.namespace: str = pod["metadata"]["namespace"]
        self.name: str = pod["metadata"]["name"]
        self._api = api
        self._subnet = subnet
        self._files = HostsFiles(folder)
        self._started = now()
        self._dirty = asyncio.Event()
        self._annotations: dict[str, str] = {}
        self._previous: dict[str, Any] = {}
        ip = subnet.allocate()
        home = folder / "pods" / self.uid
        hostname = pod["spec"].get("hostname") or self.name
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            hosts = self._files.add(
                self.namespace, self.uid, ip=ip, hostname=hostname, own=runtime.own_network
            )
        except OSError:
            subnet.release(ip)
            raise
        self._around = Surroundings(
            api=api,
            pod=pod,
            ip=ip,
            folder=home,
            hosts=hosts,
            runtime=runtime,
            catalogue=catalogue,
            builtins=builtins,
            recorder=recorder,
            changed=self._dirty.set,
            annotate=self._annotate,
        )
        spec = pod["spec"]
        self.initial = [
            Container(self._around, one, initial=True) for one in spec.get("initContainers") or []
        ]
        self.main = [Container(self._around, one, initial=False) for one in spec["containers"]]
        self._life = asyncio.create_task(self._guarded(self._live()))
        self._telling = asyncio.create_task(self._guarded(self._tell()))
        self._ending: asyncio.Task[None] | None = None

    def container(self, name: str) -> Container | None:
        """The container of that name, init containers included."""
        return next((c for c in [*self.main, *self.initial] if c.name == name), None)

    def stop(self, grace_s: float, *, remove: bool) -> asyncio.Task[None]:
        """Ends the pod; with `remove` its object is removed too, once no process is left.

        A second call with less grace shortens the first.
        """
        self._around.stopping = True
        if self._ending is not None and not self._ending.done():
            if grace_s <= 0:
                self._kill()
            return self._ending
        self._ending = asyncio.create_task(self._end(grace_s, remove=remove))
        return self._ending

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """What goes wrong with a pod (a full disk) is told with the pod, and stays with it."""
        try:
            await work
        except (KanisterHarnessError, OSError) as error:
            text = f"the pod cannot go on: {type(error).__name__}: {error}"
            self._around.recorder.warning(self._around.pod, "Failed", text)

    async def _live(self) -> None:
        await self._prepare_volumes()
        for container in self.initial:
            await container.run_to_end()
            if container.state.exit_code != 0 or self._around.stopping:
                return
        for container in self.main:
            container.state.wait("ContainerCreating")
        self._dirty.set()
        await asyncio.gather(*(container.run_to_end() for container in self.main))

    async def _prepare_volumes(self) -> None:
        around, told = self._around, ""
        while True:
            try:
                around.volumes = await prepare_volumes(
                    self._api, around.pod, around.folder / "volumes", around.ip
                )
            except (ConfigProblem, ApiError) as problem:
                if told != str(problem):
                    told = str(problem)
                    around.recorder.warning(around.pod, "FailedMount", told)
                    for container in [*self.initial, *self.main]:
                        container.state.wait("ContainerCreating", told)
                    self._dirty.set()
                await asyncio.sleep(_VOLUME_PAUSE_S)
            else:
                return

    async def _end(self, grace_s: float, *, remove: bool) -> None:
        running = [c for c in [*self.initial, *self.main] if "running" in c.state.current]
        if grace_s > 0 and running:
            for container in running:
                container.terminate()
            await asyncio.wait([self._life], timeout=grace_s)
        self._kill()
        # A killed program's end is recorded before the task is taken away from it.
        if running and not self._life.done():
            await asyncio.wait([self._life], timeout=5)
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)
        self._kill()
        self._telling.cancel()
        await asyncio.gather(self._telling, return_exceptions=True)
        if remove:
            with contextlib.suppress(NotFound, Conflict):
                await self._api.delete(
                    PODS, self.name, self.namespace, grace_period_s=0, uid=self.uid
                )
        self._files.remove(self.namespace, self.uid)
        self._subnet.release(self._around.ip)
        await asyncio.to_thread(shutil.rmtree, self._around.folder, ignore_errors=True)

    def _kill(self) -> None:
        for container in [*self.initial, *self.main]:
            container.kill()

    def _annotate(self, notes: dict[str, str]) -> None:
        self._annotations |= notes
        self._dirty.set()

    async def _tell(self) -> None:
        """Writes the status whenever something changed; what changes meanwhile goes together."""
        self._dirty.set()
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            status = pod_status(
                ip=self._around.ip,
                policy=self._around.pod["spec"].get("restartPolicy", "Always"),
                started=self._started,
                initial=[c.state for c in self.initial],
                main=[c.state for c in self.main],
                previous=self._previous,
            )
            with contextlib.suppress(NotFound):
                await self._note()
                await self._api.patch(
                    PODS, self.name, {"status": status}, self.namespace, subresource="status"
                )
                self._previous = status

    async def _note(self) -> None:
        notes, self._annotations = self._annotations, {}
        known = self._around.pod["metadata"].get("annotations") or {}
        if notes and any(known.get(key) != value for key, value in notes.items()):
            change = {"metadata": {"annotations": notes}}
            await self._api.patch(PODS, self.name, change, self.namespace)
