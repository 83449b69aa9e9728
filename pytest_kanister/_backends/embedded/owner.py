"""Whose cluster it is: the process with which a cluster ends."""

from __future__ import annotations

import os
import select
from dataclasses import dataclass
from pathlib import Path

from pytest_kanister.errors import EnvironmentProblem

__all__ = ["Owner", "ended", "owner_pid"]

_STARTTIME = 19
"""Index of field 22 of /proc/PID/stat, counted behind the command's closing bracket."""


_RUN = "PYTEST_XDIST_TESTRUNUID"


def owner_pid() -> int:
    """The pytest controller: the parent of an xdist worker, otherwise this process.

    xdist sets its variables in the worker's process when that runs already; a program that a
    test starts inherits them, but is nobody's worker.
    """
    run = os.environ.get(_RUN)
    return os.getpid() if run is None or run == _inherited(_RUN) else os.getppid()


def _inherited(name: str) -> str | None:
    """A variable as it was when this process began."""
    for entry in Path("/proc/self/environ").read_bytes().split(b"\0"):
        key, _, value = entry.partition(b"=")
        if key == os.fsencode(name):
            return os.fsdecode(value)
    return None


@dataclass(frozen=True)
class Owner:
    """A process, told from a later one with the same number by when it started.

    Attributes:
        pid: its number.
        started: its start in clock ticks since boot.
    """

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Owner | None:
        """The process that has this number now; None when there is none."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        except OSError:
            return None
        return cls(pid, int(stat.rpartition(")")[2].split()[_STARTTIME]))

    @classmethod
    def parse(cls, text: str) -> Owner:
        """The reverse of `str`."""
        pid, started = text.split("-")
        return cls(int(pid), int(started))

    def __str__(self) -> str:
        return f"{self.pid}-{self.started}"

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        return Owner.of(self.pid) != self

    def watch(self) -> int | None:
        """A file descriptor that becomes readable when the process ends; None: it has ended.

        Raises:
            EnvironmentProblem: this machine does not let processes be watched.
        """
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return None
        except OSError as error:
            raise EnvironmentProblem(
                f"the embedded cluster cannot watch its owner: pidfd_open: {error.strerror}",
                remedies=["a kernel of 5.3 or newer, and a sandbox that allows pidfd_open"],
            ) from error
        # The number may have passed to another process before the handle was made.
        if self.gone or ended(handle):
            os.close(handle)
            return None
        return handle


def ended(handle: int) -> bool:
    """Whether the process behind `handle` has ended."""
    return bool(select.select([handle], [], [], 0)[0])
