"""The folders of this user's running clusters, and who is alive in them.

A cluster holds a lock on its own folder; the kernel frees it when the process ends, however.
The root is locked while a folder is claimed or given up, so that a claim and a sweep never
meet.  No other files are needed, and the last cluster takes the root along.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.folders import run_root, run_root_path

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MARK", "Plot", "clusters", "find_plot", "is_alive", "sweep"]

MARK = "KANISTER_EMBEDDED_CLUSTER"
"""Environment variable that holds the folder, in the cluster's process and what it starts."""


class Plot:
    """A folder (mode 0700) that belongs to one living cluster."""

    def __init__(self, folder: Path, handle: int) -> None:
        self.folder = folder
        self._handle = handle

    @classmethod
    def claim(cls, name: str) -> Plot | None:
        """A fresh folder of this name; None when a living cluster has it.

        What clusters that were killed have left is removed on the way.
        """
        with _locked_root() as root:
            _sweep(root)
            folder = root / name
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                return None
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            # Who looks whether it lives (`is_alive`) holds a shared lock for a moment.
            fcntl.flock(handle, fcntl.LOCK_EX)
            return cls(folder, handle)

    def give_up(self) -> None:
        """Removes the folder, and the root when nothing else is in it."""
        with _locked_root() as root:
            _remove(self.folder)
            os.close(self._handle)
            _remove_if_empty(root)


def find_plot(name: str) -> Path:
    """Where a cluster of this name has, had or would have its folder; makes nothing."""
    return run_root_path() / name


def clusters() -> list[Path]:
    """The folders of living clusters, in name order."""
    try:
        folders = list(run_root_path().iterdir())
    except FileNotFoundError:
        return []  # the last cluster takes the root along
    return sorted(folder for folder in folders if is_alive(folder))


def is_alive(folder: Path) -> bool:
    """Whether a cluster lives in the folder."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def sweep() -> None:
    """Removes what clusters that were killed have left: processes and folders."""
    if run_root_path().is_dir():
        with _locked_root() as root:
            _sweep(root)
            _remove_if_empty(root)


@contextmanager
def _locked_root() -> Iterator[Path]:
    while True:
        root = run_root()
        try:
            handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Whoever held the lock before may have removed the folder that we waited for.
            if _same(handle, root):
                yield root
                return
        finally:
            os.close(handle)


def _same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _sweep(root: Path) -> None:
    for folder in root.iterdir():
        if not is_alive(folder):
            for pid in _processes_of(folder):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            _remove(folder)


def _processes_of(folder: Path) -> Iterator[int]:
    """Processes of a cluster that was killed: they bear its mark, or name its folder.

    A shell whose KUBECONFIG lies in the folder is nobody's pod, so neither is its environment
    looked at (but for the mark) nor is anything touched that has a terminal.
    """
    marks = [os.fsencode(f"{name}={folder}") for name in (MARK, "NSS_WRAPPER_HOSTS")]
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            if process.stat().st_uid != os.getuid():
                continue
            variables = (process / "environ").read_bytes().split(b"\0")
            marked = any(variable.startswith(mark) for variable in variables for mark in marks)
            named = os.fsencode(folder) in (process / "cmdline").read_bytes()
            terminal = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[4]
        except OSError:
            continue
        if marked or (named and terminal == "0"):
            yield int(process.name)


def _remove(folder: Path) -> None:
    """Removes a tree even where a pod took the permission away; what cannot go stays."""
    if not folder.is_dir() or folder.is_symlink():
        folder.unlink(missing_ok=True)
        return
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        folder.chmod(0o700)
        for path, names, _ in os.walk(folder):
            for name in names:
                below = Path(path, name)
                if not below.is_symlink():
                    below.chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_empty(root: Path) -> None:
    with contextlib.suppress(OSError):
        root.rmdir()
