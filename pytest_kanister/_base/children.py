"""Child processes that never outlive us.

Linux sends a child its parent-death signal when the *thread* that forked it ends, so start
children from the main thread or from one that lives as long as they should.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from typing import TYPE_CHECKING

from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Finished", "die_with_parent", "kill_tree", "run"]

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """This signal for this process as soon as the parent's thread ends; a `preexec_fn`, too."""
    _libc.prctl(_PR_SET_PDEATHSIG, number)


class Finished:
    """A child that ended: exit status (negative: signal), and all it wrote, as text."""

    def __init__(self, argv: Sequence[str], exit_status: int, stdout: str, stderr: str) -> None:
        self.argv = tuple(argv)
        self.exit_status = exit_status
        self.stdout = stdout
        self.stderr = stderr

    def tail(self, lines: int = 20) -> str:
        """Last lines of stderr, or of stdout when stderr is empty."""
        text = self.stderr.strip() or self.stdout.strip()
        return "\n".join(text.splitlines()[-lines:])


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes = b"",
    timeout_s: float = 600.0,
) -> Finished:
    """Runs a command to its end in a session of its own; its whole group dies on time-out.

    Raises:
        EnvironmentProblem: the program is not there, or it ran too long.
    """
    try:
        # preexec_fn is safe here: nothing but one system call runs between fork and exec.
        child = subprocess.Popen(
            list(argv),
            env=None if env is None else dict(env),
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot start {argv[0]}: {error.strerror}",
            remedies=[f"install {argv[0]} or put it into PATH"],
        ) from error
    try:
        stdout, stderr = child.communicate(stdin, timeout=timeout_s)
    except BaseException as error:
        kill_tree(child.pid)
        child.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise EnvironmentProblem(
                f"{' '.join(argv[:3])} … ran longer than {timeout_s:.0f} s",
                remedies=["try again; if it hangs again, run it by hand to see where"],
            ) from error
        raise
    return Finished(
        argv, child.returncode, stdout.decode(errors="replace"), stderr.decode(errors="replace")
    )


def kill_tree(pid: int) -> None:
    """SIGKILL for a process and, when it leads one, its group.  No error when it is gone."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
