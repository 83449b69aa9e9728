"""Initialised data folders, made once per server version and copied into empty volumes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.children import run
from pytest_kanister._base.locks import file_lock
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["prepare", "prepared_folders", "verify_prepared"]


def prepare(
    cache: Path,
    name: str,
    *,
    key: str,
    initialise: Callable[[Path], None],
    drop: Sequence[str] = (),
    progress: Callable[[str], None],
) -> Path:
    """The prepared folder `<cache>/prepared/<name>-<hash of key>/data`, made when missing.

    Args:
        cache: the cache's root.
        name: what it is, with the version (`mysql-9.7.4`).
        key: everything that the content depends on: binaries, options.
        initialise: fills the (absent) folder that it is given, in a scratch place.
        drop: names in it that must differ from server to server, so they are left out.
        progress: gets a sentence a step.

    Raises:
        EnvironmentProblem: whatever `initialise` raises.
    """
    home = cache / "prepared" / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"
    if _sound(home):
        return home / "data"
    with file_lock(home.with_name(f".{home.name}.lock")):
        if not _sound(home):
            progress(f"preparing a data folder for {name}")
            scratch = home.with_name(f".{home.name}.{os.getpid()}")
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(mode=0o700)
            try:
                initialise(scratch / "first")
                for unwanted in drop:
                    (scratch / "first" / unwanted).unlink(missing_ok=True)
                _sparse_copy(scratch / "first", scratch / "data")
                shutil.rmtree(scratch / "first")
                manifest = {"files": _listing(scratch / "data", hashed=True)}
                (scratch / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
                shutil.rmtree(home, ignore_errors=True)
                scratch.rename(home)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    return home / "data"


def prepared_folders(cache: Path) -> list[Path]:
    """Every prepared folder's home under the cache."""
    return sorted(file.parent for file in (cache / "prepared").glob("[!.]*/manifest.json"))


def verify_prepared(home: Path) -> list[str]:
    """Compares every file's content with what was recorded at build: a sentence a difference."""
    recorded = _recorded(home)
    if recorded is None:
        return [f"{home / 'manifest.json'} cannot be read"]
    found = _listing(home / "data", hashed=True)
    names = sorted(recorded.keys() | found.keys())
    return [
        f"{home / 'data' / name} is not as it was prepared"
        for name in names
        if recorded.get(name) != found.get(name)
    ]


def _sound(home: Path) -> bool:
    recorded = _recorded(home)
    if recorded is None:
        return False
    found = _listing(home / "data", hashed=False)
    return found == {name: [size] for name, (size, *_) in recorded.items()}


def _recorded(home: Path) -> dict[str, list[Any]] | None:
    try:
        files = json.loads((home / "manifest.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return None
    return files if isinstance(files, dict) else None


def _listing(data: Path, *, hashed: bool) -> dict[str, list[Any]]:
    entries: dict[str, list[Any]] = {}
    for folder, _, names in os.walk(data):
        for name in names:
            file = data.__class__(folder, name)
            entry: list[Any] = [file.stat().st_size]
            if hashed:
                with file.open("rb") as stream:
                    entry.append(hashlib.file_digest(stream, "sha256").hexdigest())
            entries[str(file.relative_to(data))] = entry
    return entries


def _sparse_copy(source: Path, target: Path) -> None:
    done = run(["cp", "--archive", "--sparse=always", str(source), str(target)])
    if done.exit_status:
        raise EnvironmentProblem(
            f"{source} cannot be copied to {target}",
            remedies=["see whether the disk is full, then run again"],
            evidence=done.tail(),
        )
