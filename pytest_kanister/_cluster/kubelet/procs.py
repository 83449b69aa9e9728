"""Looking at processes through /proc: descendants, markers, listeners."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

__all__ = ["binds_all_addresses", "children", "descendants", "kill_all", "marked", "same_program"]

_LISTEN = "0A"


def children(pid: int) -> list[int]:
    """Direct children of a process, in the order they were made; empty when it is gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(word) for word in (task / "children").read_text().split()]
    return sorted(found)


def descendants(pid: int) -> list[int]:
    """All processes below one, parents first."""
    found: list[int] = []
    queue = [pid]
    while queue:
        below = children(queue.pop(0))
        found += below
        queue += below
    return found


def marked(marker: str) -> list[int]:
    """Processes that were started with `marker` (`NAME=value`) in their environment."""
    wanted = marker.encode()
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if wanted in Path(entry.path, "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def same_program(pid: int, other: int) -> bool:
    """Whether two processes run the same file; not, when one cannot be looked at."""
    try:
        return Path(f"/proc/{pid}/exe").samefile(f"/proc/{other}/exe")
    except OSError:
        return False


def kill_all(pids: list[int]) -> None:
    """SIGKILL for each; those that are gone are no error."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def binds_all_addresses(pids: list[int]) -> list[int]:
    """Ports on which one of the processes listens on every address (0.0.0.0 or ::)."""
    sockets: dict[str, int] = {}
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path("/proc/net", table).read_text().splitlines()[1:]:
                words = line.split()
                address, _, port = words[1].rpartition(":")
                if words[3] == _LISTEN and not address.strip("0"):
                    sockets[f"socket:[{words[9]}]"] = int(port, 16)
    found: set[int] = set()
    for pid in pids if sockets else ():
        with contextlib.suppress(OSError):
            for descriptor in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    found.add(sockets.get(os.readlink(descriptor.path), 0))
    return sorted(found - {0})
