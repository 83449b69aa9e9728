"""Running a further command in a container: streams, terminal, exact exit status."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import uuid
from typing import TYPE_CHECKING

from pytest_kanister._base.polling import Deadline
from pytest_kanister._cluster.kubelet.child import Child
from pytest_kanister._cluster.kubelet.procs import descendants, kill_all, marked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from pytest_kanister._cluster.kubelet.runtime import Run

__all__ = ["run_command"]

_CHUNK_BYTES = 64 * 1024
_MARKER = "PYTEST_KANISTER_EXEC"
_STRAY_S = 1.0
_UNKILLABLE_S = 5.0


async def run_command(
    run: Run,
    command: Sequence[str],
    env: Mapping[str, str],
    cwd: str,
    *,
    stdin: AsyncIterator[bytes] | None,
    stdout: Callable[[bytes], Awaitable[None]],
    stderr: Callable[[bytes], Awaitable[None]],
    tty: bool = False,
) -> int:
    """Runs `command` in the container of `run`; its exit status.

    Cancelling kills the command's whole tree, found by a variable that all of it inherits.
    Output is read until the command's end; what a stray background process writes later is not.

    Raises:
        ProcessLookupError: the container has ended.
        OSError: the command cannot be started.
    """
    marker = uuid.uuid4().hex
    line = await run.command(command, {**env, _MARKER: marker}, cwd)
    streams = _terminal() if tty else _pipes(with_stdin=stdin is not None)
    argv = ["setsid", "--ctty", "--wait", *line.argv] if tty else list(line.argv)
    try:
        child = Child.start(
            argv,
            line.env,
            stdin=streams.child[0],
            stdout=streams.child[1],
            stderr=streams.child[2],
            cwd=line.cwd,
            start_new_session=not tty,
        )
    except OSError:
        streams.close()
        raise
    finally:
        for descriptor in {d for d in streams.child if d >= 0}:
            os.close(descriptor)
    feeding: asyncio.Task[None] | None = None
    if stdin is not None:
        feeding = asyncio.create_task(_feed(stdin, streams.feed, keep_open=tty))
    carriers = [_Carrier(streams.out, stdout)]
    if streams.err >= 0:
        carriers.append(_Carrier(streams.err, stderr))
    reading = [carrier.task for carrier in carriers]
    try:
        status = await child.wait()
        for carrier in carriers:
            carrier.finish()
        await asyncio.gather(*reading)
        return status
    finally:
        if child.running:
            await _kill(child, f"{_MARKER}={marker}")
        others = [*reading, *([feeding] if feeding else [])]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if tty:
            os.close(streams.feed)


class _Streams:
    """Descriptors: the child's three, and our ends (`-1`: none)."""

    def __init__(self, child: tuple[int, int, int], feed: int, out: int, err: int) -> None:
        self.child = child
        self.feed = feed
        self.out = out
        self.err = err

    def close(self) -> None:
        for descriptor in {self.feed, self.out, self.err} - {-1}:
            os.close(descriptor)


def _pipes(*, with_stdin: bool) -> _Streams:
    out_read, out_write = os.pipe()
    err_read, err_write = os.pipe()
    if not with_stdin:
        return _Streams((subprocess.DEVNULL, out_write, err_write), -1, out_read, err_read)
    in_read, in_write = os.pipe()
    return _Streams((in_read, out_write, err_write), in_write, out_read, err_read)


def _terminal() -> _Streams:
    ours, theirs = os.openpty()
    return _Streams((theirs, theirs, theirs), ours, os.dup(ours), -1)


async def _feed(source: AsyncIterator[bytes], descriptor: int, *, keep_open: bool) -> None:
    loop = asyncio.get_running_loop()
    os.set_blocking(descriptor, False)
    try:
        async for data in source:
            view = memoryview(data)
            while view:
                try:
                    view = view[os.write(descriptor, view) :]
                except BlockingIOError:
                    await _writable(loop, descriptor)
    except BrokenPipeError:
        pass  # the command does not want more: no error of ours
    finally:
        if not keep_open:
            os.close(descriptor)


async def _writable(loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
    free = asyncio.Event()
    loop.add_writer(descriptor, free.set)
    try:
        await free.wait()
    finally:
        loop.remove_writer(descriptor)


class _Carrier:
    """Carries what a descriptor gives to a sink; the sink's pace is the reader's."""

    def __init__(self, descriptor: int, sink: Callable[[bytes], Awaitable[None]]) -> None:
        self._descriptor = descriptor
        self._sink = sink
        self._ended = False
        self._filled = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    def finish(self) -> None:
        """The command has ended: what it wrote is in the pipe, and soon there is an end of file.

        A background process that still holds the pipe open must not keep the caller waiting.
        """
        self._ended = True
        self._filled.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        os.set_blocking(self._descriptor, False)
        try:
            while True:
                try:
                    data = os.read(self._descriptor, _CHUNK_BYTES)
                except BlockingIOError:
                    if await self._idle(loop):
                        return
                    continue
                except OSError:
                    return  # a terminal whose last process has gone
                if not data:
                    return
                await self._sink(data)
        finally:
            os.close(self._descriptor)

    async def _idle(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Waits for more; true when nothing more is worth waiting for."""
        self._filled.clear()
        late = self._ended
        loop.add_reader(self._descriptor, self._filled.set)
        try:
            # Not wait_for: up to Python 3.11 it may swallow a cancellation.
            async with asyncio.timeout(_STRAY_S if late else None):
                await self._filled.wait()
        except TimeoutError:
            return True
        finally:
            loop.remove_reader(self._descriptor)
        return False


async def _kill(child: Child, marker: str) -> None:
    """Kills until two looks in a row find nobody: a process may have been forking meanwhile."""
    deadline, empty = Deadline(_UNKILLABLE_S), 0
    killed: set[int] = set()
    while empty < 2 and not deadline.passed:
        left = [*descendants(child.pid), *marked(marker)]
        kill_all(left)
        child.send(signal.SIGKILL)
        killed.update(left)
        _reap(killed - {child.pid})
        empty = 0 if left else empty + 1
        await asyncio.sleep(0.002)


def _reap(pids: set[int]) -> None:
    """The child of nsenter is ours when that ends first, and keeps its namespace until reaped."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
