"""What a run left behind: processes, listening ports, folders.

The test process makes itself the reaper of all its descendants, so whatever a run orphans,
however often it forked and changed session, turns up as a child of ours and cannot hide.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from pytest_kanister._base.polling import Deadline, wait_until

_PR_SET_CHILD_SUBREAPER = 36
_LISTEN = "0A"


def become_reaper() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(root: int | None = None, folder: Path | None = None) -> dict[int, str]:
    """Living processes below `root` (default: us), with their command lines.

    A cluster whose temporary folder is not `folder` is left out with all below it: other
    fixtures of this process may have one that comes and goes as it likes.
    """
    root = root or os.getpid()
    children: dict[int, list[int]] = {}
    zombies: set[int] = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.name))
        if fields[0] == "Z":
            zombies.add(int(entry.name))
    found: dict[int, str] = {}
    todo = list(children.get(root, []))
    while todo:
        pid = todo.pop()
        if folder is not None and _is_cluster_elsewhere(pid, folder):
            continue
        todo += children.get(pid, [])
        if pid not in zombies:
            found[pid] = _command(pid)
    for pid in zombies & set(children.get(root, [])):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return found


def _is_cluster_elsewhere(pid: int, folder: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        if b"pytest_kanister._backends.embedded.serve" not in (process / "cmdline").read_bytes():
            return False
        return f"TMPDIR={folder}".encode() not in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _command(pid: int) -> str:
    try:
        return (
            (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:160]
        )
    except OSError:
        return "?"


def listeners(folder: Path) -> set[str]:
    """Addresses that somebody listens on, as hex `ip:port`; what strangers hold is left out.

    A stranger is a process that is none of our descendants: other tests' servers come and go.
    """
    ours = descendants(folder=folder).keys() | {os.getpid()}
    strangers = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in ours:
            strangers |= _sockets(entry)
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN and f"socket:[{fields[9]}]" not in strangers:
                found.add(fields[1])
    return found


def _sockets(process: Path) -> set[str]:
    try:
        return {os.readlink(handle) for handle in (process / "fd").iterdir()}
    except OSError:
        return set()


@dataclass
class Watch:
    """What was there before a run, to tell what is left after it."""

    folder: Path
    processes: set[int] = field(init=False)
    ports: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.processes = set(descendants(folder=self.folder))
        self.ports = listeners(self.folder)

    def left(self) -> list[str]:
        """What is there now and was not before; empty when all is gone."""
        living = descendants(folder=self.folder)
        processes = {pid: text for pid, text in living.items() if pid not in self.processes}
        return [
            *(f"process {pid}: {text}" for pid, text in processes.items()),
            *(f"port {port}" for port in sorted(listeners(self.folder) - self.ports)),
            *(f"folder {path}" for path in sorted(self.folder.iterdir())),
        ]

    def left_after(self, timeout_s: float) -> list[str]:
        """What is still there when the time is over; returns as soon as nothing is."""
        wait_until(lambda: None if self.left() else True, Deadline(timeout_s))
        return self.left()

    def sweep(self) -> None:
        """Kills what a failed test left, so that the next one starts clean."""
        for pid in set(descendants(folder=self.folder)) - self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
