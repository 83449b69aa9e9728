"""Nothing that this process started survives it, however often it forked and changed session."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections import defaultdict
from pathlib import Path

__all__ = ["adopt_orphans", "descendants", "kill_descendants", "reap_adopted"]

_PAUSE_S = 0.001

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """From now on descendants whose parents end become our children, not init's."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def descendants(root: int) -> list[int]:
    """Living processes below `root`, parents first; zombies do not count."""
    children: dict[int, list[int]] = defaultdict(list)
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                fields = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                children[int(fields[1])].append(int(process.name))
    found: list[int] = []
    todo = list(children[root])
    while todo:
        pid = todo.pop(0)
        found.append(pid)
        todo += children[pid]
    return found


def reap_adopted() -> None:
    """Takes the exit status of ended processes that became our children as orphans.

    bwrap leaves its process 1 to us, and a command that was killed while it ran in a pod leaves
    its first process; until that one is reaped the kernel keeps the whole namespace, and with it
    the pod.  Children of our own making lead a session or are in ours: they are reaped by those
    who started them.
    """
    ours = os.getsid(0)
    for thread in Path("/proc/self/task").iterdir():
        try:
            children = (thread / "children").read_text().split()
        except OSError:
            continue  # the thread has ended, or this kernel does not tell
        for pid in children:
            try:
                stat = Path("/proc", pid, "stat").read_text(errors="replace")
            except OSError:
                continue
            state, _, _, session = stat.rpartition(")")[2].split()[:4]
            if state == "Z" and int(session) not in (int(pid), ours):
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(int(pid), os.WNOHANG)


def kill_descendants() -> None:
    """SIGKILL for every descendant, again until there is none (one may fork meanwhile).

    Whoever has ended is reaped, in whatever order that comes: process 1 of a pod cannot end
    before each process of the pod's was reaped, and some of them are our children.
    """
    while True:
        for pid in descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(_PAUSE_S)
