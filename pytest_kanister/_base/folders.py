"""Where we keep what: the cache of fetched servers, and folders that live as long as a run."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from pytest_kanister.errors import EnvironmentProblem

__all__ = ["cache_folder", "run_root", "run_root_path"]


def cache_folder(chosen: str = "") -> Path:
    """The user's cache, made with mode 0700; `chosen` (Settings.cache) wins over the XDG rule."""
    if chosen:
        folder = Path(chosen)
    else:
        base = os.environ.get("XDG_CACHE_HOME") or ""
        folder = (Path(base) if base else Path.home() / ".cache") / "pytest-kanister"
    return _private(folder.absolute())


def run_root() -> Path:
    """Folder under the temporary directory that holds this user's running clusters.

    Whoever removes the last cluster removes this folder too.
    """
    return _private(run_root_path())


def run_root_path() -> Path:
    """Where `run_root` is or would be; makes nothing."""
    return Path(tempfile.gettempdir()) / f"pytest-kanister-{os.getuid()}"


_VANISHING = 100
"""How often a folder may vanish under our hands: another process' last cluster takes it along."""


def _made(folder: Path) -> os.stat_result:
    """The folder's status; it is made when missing, and again when it was removed meanwhile."""
    for _ in range(_VANISHING):
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return folder.stat()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder.stat()


def _private(folder: Path) -> Path:
    try:
        owner = _made(folder).st_uid
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot make the folder {folder}: {error.strerror}",
            remedies=["name another one with --kanister-cache, XDG_CACHE_HOME or TMPDIR"],
        ) from error
    if owner != os.getuid():
        raise EnvironmentProblem(
            f"the folder {folder} belongs to another user (uid {owner})",
            remedies=["name another one with --kanister-cache, XDG_CACHE_HOME or TMPDIR"],
        )
    return folder
