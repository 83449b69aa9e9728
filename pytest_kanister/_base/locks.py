"""File locks between processes of one user."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["file_lock"]


@contextmanager
def file_lock(
    path: Path, *, timeout_s: float = 600.0, on_wait: Callable[[], None] | None = None
) -> Iterator[None]:
    """Holds an exclusive lock on `path`; the kernel frees it when the process ends, however.

    The file itself stays: removing it would let two holders lock two different inodes.

    Args:
        path: its folder is made when missing (mode 0700).
        timeout_s: ten minutes, as the longest holder is a first fetch of a database server.
        on_wait: called once when somebody else holds the lock.

    Raises:
        EnvironmentProblem: nobody let go in time.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as file:
        deadline = Deadline(timeout_s)
        told = False

        def attempt() -> bool | None:
            nonlocal told
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told and on_wait is not None:
                    on_wait()
                told = True
                return None
            return True

        if wait_until(attempt, deadline) is None:
            raise EnvironmentProblem(
                f"another process holds {path} since more than {timeout_s:.0f} s",
                remedies=[f"see who: `fuser {path}`", "end that process, then run again"],
            )
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
