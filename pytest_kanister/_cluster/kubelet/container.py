"""One container of a pod: image, configuration, runs, restarts, readiness."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.contracts import Program
from pytest_kanister._cluster.kubelet.exec import run_command
from pytest_kanister._cluster.kubelet.log import RunLog
from pytest_kanister._cluster.kubelet.procs import binds_all_addresses
from pytest_kanister._cluster.kubelet.readiness import follow_readiness
from pytest_kanister._cluster.kubelet.runtime import Sandbox, interpreter_paths
from pytest_kanister._cluster.kubelet.spec import (
    ConfigProblem,
    build_argv,
    build_env,
    fill_placeholders,
)
from pytest_kanister._cluster.kubelet.status import ContainerState
from pytest_kanister._cluster.kubelet.volumes import container_mounts
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pytest_kanister._cluster.contracts import Builtin, Catalogue
    from pytest_kanister._cluster.kubelet.events import Recorder
    from pytest_kanister._cluster.kubelet.runtime import Run, Runtime
    from pytest_kanister._cluster.kubelet.volumes import Volume
    from pytest_kanister._model.api import Api, Object

__all__ = ["Container", "Surroundings"]

_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 0.25, 10.0
_FIRST_PULL_PAUSE_S, _LONGEST_PULL_PAUSE_S = 10.0, 300.0
_CONFIG_PAUSE_S = 0.25
_STEADY_S = 10.0
_KILLED = 137


@dataclass
class Surroundings:
    """What a container shares with its pod."""

    api: Api
    pod: Object
    ip: str
    folder: Path
    hosts: Path
    runtime: Runtime
    catalogue: Catalogue
    builtins: Mapping[str, Builtin]
    recorder: Recorder
    changed: Callable[[], None]
    annotate: Callable[[dict[str, str]], None]
    volumes: dict[str, Volume] = field(default_factory=dict)
    stopping: bool = False


class Container:
    """Runs one container until it is done; `state` is what the pod's status tells of it."""

    def __init__(self, around: Surroundings, spec: Mapping[str, Any], *, initial: bool) -> None:
        self.spec = spec
        self.name: str = spec["name"]
        self.state = ContainerState(self.name, spec["image"])
        if initial or around.pod["spec"].get("initContainers"):
            self.state.wait("PodInitializing")
        self.logs: list[RunLog] = []
        self.run: Run | None = None
        self.env: dict[str, str] = {}
        self._around = around
        self._initial = initial
        self._count = itertools.count()
        self._field = f"spec.{'initContainers' if initial else 'containers'}{{{self.name}}}"
        self._builtin: asyncio.Task[int] | None = None
        self._image_cwd = ""

    @property
    def cwd(self) -> str:
        """Where commands start."""
        return str(self.spec.get("workingDir") or self._image_cwd or "/")

    async def run_to_end(self) -> None:
        """Runs, and runs again as the restart policy says; returns when it is done for good."""
        policy = self._around.pod["spec"].get("restartPolicy", "Always")
        pause_s = _FIRST_BACKOFF_S
        while True:
            began = time.monotonic()
            code = await self._once()
            done = code == 0 and (self._initial or policy != "Always")
            if self._around.stopping or done or (code != 0 and policy == "Never"):
                return
            if time.monotonic() - began > _STEADY_S:
                pause_s = _FIRST_BACKOFF_S
            pod = self._around.pod["metadata"]
            text = (
                f"back-off {pause_s * 1000:.0f}ms restarting failed container={self.name}"
                f" pod={pod['name']}_{pod['namespace']}({pod['uid']})"
            )
            self.state.last = self.state.current
            self.state.wait("CrashLoopBackOff", text)
            self._around.recorder.warning(
                self._around.pod, "BackOff", text[0].upper() + text[1:], self._field
            )
            self._around.changed()
            await asyncio.sleep(pause_s)
            self.state.restarts += 1
            pause_s = min(pause_s * 2, _LONGEST_BACKOFF_S)

    def terminate(self) -> None:
        """Asks the program to end."""
        if self.run is not None:
            self.run.terminate()
        if self._builtin is not None:
            self._builtin.cancel()

    def kill(self) -> None:
        """Ends every process of the container at once."""
        if self.run is not None:
            self.run.kill()
        if self._builtin is not None:
            self._builtin.cancel()

    async def _once(self) -> int:
        image = self.spec["image"]
        builtin = self._around.builtins.get(image)
        program = await self._resolve(image) if builtin is None else None
        if program is None:
            assert builtin is not None
            return await self._run_builtin(builtin)
        self._image_cwd = program.cwd
        number = next(self._count)
        scratch = self._around.folder / "containers" / self.name / str(number)
        sandbox = await self._configured(program, scratch)
        log = self._new_log(number)
        try:
            code = await self._run_sandbox(program, sandbox, log)
        finally:
            log.end()
            await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
        return code

    async def _run_sandbox(self, program: Program, sandbox: Sandbox, log: RunLog) -> int:
        output = log.pipe()
        try:
            try:
                self.run = self._around.runtime.start(sandbox, output)
            finally:
                os.close(output)
        except OSError as error:
            log.write(f"cannot start: {error}\n".encode())
            self.state.end(128)
            self._around.changed()
            return 128
        recorder, pod = self._around.recorder, self._around.pod
        recorder.normal(pod, "Created", f"Created container {self.name}", self._field)
        watching: asyncio.Task[None] | None = None
        try:
            await self.run.begun()
            recorder.normal(pod, "Started", f"Started container {self.name}", self._field)
            self.state.run(f"process://{self.run.child.pid}-{uuid.uuid4().hex[:8]}")
            self._around.changed()
            watching = asyncio.create_task(self._watch_readiness(program))
            code = await self.run.child.wait()
        finally:
            if watching is not None:
                watching.cancel()
            self.run.kill()
        await log.drained(timeout_s=2.0)
        log.end()
        self.run = None
        self.state.end(code, ready=self._initial and code == 0)
        self._around.changed()
        return code

    async def _resolve(self, image: str) -> Program:
        """The program of an image; says ErrImagePull and tries again until it has it."""
        around, loop = self._around, asyncio.get_running_loop()
        recorder, pod = around.recorder, around.pod

        def progress(text: str) -> None:
            loop.call_soon_threadsafe(recorder.normal, pod, "Pulling", text, self._field)

        pause_s = _FIRST_PULL_PAUSE_S
        while True:
            recorder.normal(pod, "Pulling", f'Pulling image "{image}"', self._field)
            try:
                program = await asyncio.to_thread(around.catalogue.resolve, image, progress)
            except EnvironmentProblem as problem:
                text = f'Failed to pull image "{image}": {problem}'
                recorder.warning(pod, "Failed", text, self._field)
                recorder.warning(pod, "Failed", "Error: ErrImagePull", self._field)
                self.state.wait("ErrImagePull", str(problem))
                around.changed()
                await asyncio.sleep(1)
                text = f'Back-off pulling image "{image}"'
                recorder.normal(pod, "BackOff", text, self._field)
                self.state.wait("ImagePullBackOff", f"{text}: {problem}")
                around.changed()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PULL_PAUSE_S)
                continue
            text = f'Successfully pulled image "{image}": {program.title}'
            recorder.normal(pod, "Pulled", text, self._field)
            notes = {"pytest-kanister/program": program.title}
            if program.substituted:
                notes["pytest-kanister/substituted"] = program.substituted
            if not self._initial:
                around.annotate(notes)
            return program

    async def _configured(self, program: Program, scratch: Path) -> Sandbox:
        """The sandbox; while something that it needs is missing, says so and waits for it."""
        while True:
            try:
                return await self._sandbox(program, scratch)
            except (ConfigProblem, ApiError) as problem:
                if self.state.current.get("waiting", {}).get("message") != str(problem):
                    self.state.wait("CreateContainerConfigError", str(problem))
                    self._around.recorder.warning(
                        self._around.pod, "Failed", f"Error: {problem}", self._field
                    )
                    self._around.changed()
                await asyncio.sleep(_CONFIG_PAUSE_S)

    async def _sandbox(self, program: Program, scratch: Path) -> Sandbox:
        around = self._around
        _make(scratch)
        self.env = await build_env(around.api, around.pod, self.spec, program, around.ip)
        mounts = container_mounts(self.spec, around.volumes, program, scratch)
        argv, own = build_argv(self.spec, program, self.env)
        if own:
            argv = fill_placeholders(
                argv, around.ip, lambda path: around.runtime.place(path, mounts)
            )
        if not argv:
            raise ConfigProblem("no command specified")
        return Sandbox(
            argv=argv,
            env=self.env,
            cwd=self.cwd,
            hostname=self.env["HOSTNAME"],
            hosts=around.hosts,
            mounts=mounts,
            readable=[*program.paths, *interpreter_paths()],
            scratch=scratch,
            image=self.spec["image"],
            ip=around.ip,
            user=_user(self.spec, around.pod) or program.user,
            root=program.root,
        )

    async def _run_builtin(self, builtin: Builtin) -> int:
        log = self._new_log(next(self._count))
        around = self._around

        def write_line(text: str) -> None:
            log.write(text.rstrip("\n").encode() + b"\n")

        nothing = Program(image=self.spec["image"], title="builtin")
        try:
            self.env = await build_env(around.api, around.pod, self.spec, nothing, around.ip)
        except (ConfigProblem, ApiError) as problem:
            write_line(f"cannot be configured: {problem}")
            log.end()
            self.state.end(1)
            around.changed()
            return 1
        self._builtin = asyncio.create_task(_as_task(builtin, around.api, write_line, self.env))
        self.state.run(f"builtin://{uuid.uuid4().hex}")
        self.state.ready = True
        around.recorder.normal(around.pod, "Started", f"Started container {self.name}", self._field)
        around.changed()
        try:
            await asyncio.wait([self._builtin])
            if self._builtin.cancelled():
                code = _KILLED
            elif (error := self._builtin.exception()) is not None:
                write_line(f"ended with {type(error).__name__}: {error}")
                code = 1
            else:
                code = self._builtin.result()
        finally:
            self._builtin.cancel()
            log.end()
        self._builtin = None
        self.state.end(code)
        around.changed()
        return code

    def _new_log(self, number: int) -> RunLog:
        log = RunLog(self._around.folder / "logs" / self.name / f"{number}.log")
        self.logs = [*self.logs[-1:], log]
        return log

    async def _watch_readiness(self, program: Program) -> None:
        try:
            await follow_readiness(
                self.spec,
                program,
                self._around.ip,
                run=self._passes,
                tell=self._tell_readiness,
                initial=self._initial,
            )
        except ConfigProblem as problem:
            self._around.recorder.warning(
                self._around.pod, "Failed", f"Error: {problem}", self._field
            )

    async def _passes(self, command: Sequence[str], timeout_s: float) -> bool:
        """Whether a command in the container exits with 0 in time."""
        if self.run is None:
            return False
        try:
            async with asyncio.timeout(timeout_s):
                status = await run_command(
                    self.run,
                    command,
                    self.env,
                    self.cwd,
                    stdin=None,
                    stdout=_nowhere,
                    stderr=_nowhere,
                )
        except (TimeoutError, OSError):
            return False
        return status == 0

    def _tell_readiness(self, *, ready: bool) -> None:
        around = self._around
        self.state.ready = ready and not self._initial
        around.changed()
        if not ready:
            around.recorder.warning(around.pod, "Unhealthy", "Readiness probe failed", self._field)
            return
        for port in binds_all_addresses(self.run.pids()) if self.run is not None else ():
            text = (
                f"port {port} is bound on all addresses, so no other pod can have it: let the"
                f" program listen on the pod's address ({around.ip}) only"
            )
            around.recorder.warning(around.pod, "BindsAllAddresses", text, self._field)


async def _as_task(
    builtin: Builtin, api: Api, write_line: Callable[[str], None], env: Mapping[str, str]
) -> int:
    return await builtin(api, write_line, env)


def _user(spec: Mapping[str, Any], pod: Object) -> str:
    """`uid` or `uid:gid` of the security contexts, the container's before the pod's."""
    chosen = {**(pod["spec"].get("securityContext") or {}), **(spec.get("securityContext") or {})}
    user, group = chosen.get("runAsUser"), chosen.get("runAsGroup")
    if user is None:
        return ""
    return f"{user}" if group is None else f"{user}:{group}"


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


async def _nowhere(data: bytes) -> None:
    """A probe's output is nobody's."""
