"""What the cluster's process runs: claims its folder, serves, and leaves nothing.

Started as `python -m` by `process.start` with one argument, a JSON object:

    name      folder below `run_root`
    owner     `Owner` as text
    keep      whether it outlives its owner, once it is ready
    idle_s    seconds without use after which a cluster that nobody owns ends
    cache, isolation, strict    of the same name in `Settings`
    runtime   `processes` or `containers`: what pods are

The owner is watched before the first folder is made, and for ever after: however it ends, this
process ends within a second and takes every pod's process tree, address and folder along.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import json
import os
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

from pytest_kanister._backends.embedded.descendants import (
    adopt_orphans,
    kill_descendants,
    reap_adopted,
)
from pytest_kanister._backends.embedded.grounds import MARK, Plot, find_plot
from pytest_kanister._backends.embedded.messages import Description, Reporter
from pytest_kanister._backends.embedded.owner import Owner, ended

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from pytest_kanister._backends.embedded.composition import Cluster

__all__ = ["main"]

_PIPE = 3
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

_FAREWELL_S = {"processes": 3.0, "containers": 20.0}
"""For an orderly end of servers; what is still there then is killed.  Containers are not our
processes: what is not removed in time is left to the next sweep."""

_IDLE_LOOK_S = 60.0

_REAP_S = 0.02
"""After a child's end, so that those who wait for it come first."""


class _Ending:
    """The wish to end, from signals that may come before there is an event loop."""

    def __init__(self) -> None:
        self.wished = False
        self._tell: Callable[[], None] | None = None
        for number in _SIGNALS:
            signal.signal(number, lambda *_: self.wish())

    def wish(self) -> None:
        self.wished = True
        if self._tell is not None:
            self._tell()

    def event(self, loop: asyncio.AbstractEventLoop) -> asyncio.Event:
        """An event of this loop that follows the wish."""
        event = asyncio.Event()
        self._tell = event.set
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.wish)
        if self.wished:
            event.set()
        return event


def main() -> int:
    """The process's whole life; returns its exit status."""
    gc.disable()  # imports make no garbage; looking for it would take a tenth of the start
    options: dict[str, Any] = json.loads(sys.argv[1])
    fcntl.fcntl(_PIPE, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    reporter = Reporter(_PIPE)
    ending = _Ending()
    try:
        handle = Owner.parse(options["owner"]).watch()
        if handle is None:
            return 0
        plot = Plot.claim(options["name"])
    except Exception as error:
        reporter.failed(error, traceback.format_exc())
        return 1
    if plot is None:
        reporter.taken(find_plot(options["name"]))
        return 0
    try:
        if ended(handle):
            return 0
        os.environ[MARK] = str(plot.folder)
        adopt_orphans()
        _log_to(plot.folder / "cluster.log")
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(_live(options, plot.folder, reporter, ending, handle))
    except Exception as error:
        traceback.print_exc()
        reporter.failed(error, traceback.format_exc())
        return 1
    finally:
        kill_descendants()
        plot.give_up()
    return 0


async def _live(
    options: dict[str, Any],
    folder: Path,
    reporter: Reporter,
    ending: _Ending,
    owner: int,
) -> None:
    loop = asyncio.get_running_loop()
    end = ending.event(loop)
    served = False

    def bereaved() -> None:
        loop.remove_reader(owner)
        # What is to be kept is kept once somebody has been told of it.
        if not (options["keep"] and served):
            end.set()

    loop.add_reader(owner, bereaved)
    loop.add_signal_handler(signal.SIGCHLD, lambda: loop.call_later(_REAP_S, reap_adopted))
    from pytest_kanister._backends.embedded.composition import Cluster

    cluster = Cluster(options, folder, reporter.progress)
    try:
        if await _unless(end, cluster.start()):
            served = True
            gc.freeze()
            gc.enable()
            reporter.ready(
                Description(
                    pid=os.getpid(),
                    kubeconfig=cluster.kubeconfig,
                    capabilities=cluster.capabilities,
                    started=time.time(),
                    keep=options["keep"],
                )
            )
            idle = _idle(cluster, options["idle_s"]) if options["keep"] else cluster.broken()
            await _unless(end, idle)
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_S[options["runtime"]]):
                await cluster.stop()


async def _idle(cluster: Cluster, idle_s: float) -> None:
    """Until nobody has used the cluster for `idle_s` seconds."""
    broken = asyncio.ensure_future(cluster.broken())
    while True:
        left_s = idle_s - await cluster.idle_s()
        if left_s <= 0:
            broken.cancel()
            return
        await asyncio.wait([broken], timeout=min(left_s, _IDLE_LOOK_S))
        if broken.done():
            await broken


async def _unless(end: asyncio.Event, work: Awaitable[None]) -> bool:
    """Awaits `work` unless the end comes first; True when the work was done."""
    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(end.wait())
    await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if working.done():
        await working
        return True
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    return False


def _log_to(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)


if __name__ == "__main__":
    status = main()
    # Threads may still fetch or wait; all that is worth keeping is done.
    sys.stderr.flush()
    os._exit(status)
