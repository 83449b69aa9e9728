"""Packages by name → the root folder of an unpacked tree, once."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.locks import file_lock
from pytest_kanister._base.packages.apt import PrivateApt, sources_for
from pytest_kanister._base.packages.sources import distribution
from pytest_kanister._base.packages.tree import is_sound, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["fetch_packages"]


def fetch_packages(
    name: str,
    packages: Sequence[str],
    *,
    suite: str | None,
    cache: Path,
    progress: Callable[[str], None],
) -> Path:
    """The root of a tree that holds `packages` and all they depend on.

    Once fetched it needs no network.  Several processes may ask at the same time: one fetches.

    Args:
        name: what the tree is for (`mysql`); part of its folder's name.
        packages: package names; `a | b` takes the first that the archive has.  This is also
            where a committed lock file pins: `package=version`, as apt-get understands it.
        suite: suite of the distribution's archive (`sid`); None takes what the machine has.
        cache: trees are kept under `<cache>/rootfs`.
        progress: gets a sentence a step.

    Raises:
        EnvironmentProblem: no apt, no network, no such package.
    """
    request: dict[str, Any] = {
        "name": name,
        "packages": list(packages),
        "suite": suite or "",
        "distribution": list(distribution()),
        "machine": platform.machine(),
    }
    key = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:10]
    root = cache / "rootfs" / f"{name}-{key}"
    if _found(root, request):
        return root
    lock = cache / "rootfs" / f".{name}-{key}.lock"
    with file_lock(lock, on_wait=lambda: progress(f"waiting for another process's {name}")):
        if not _found(root, request):
            _fetch(root, request, progress)
    return root


def _found(root: Path, request: dict[str, Any]) -> bool:
    # What was chosen among alternatives is known after a fetch only, so the lock file says it.
    try:
        kept = json.loads(root.with_name(root.name + ".lock.json").read_text(encoding="utf-8"))
        chosen = kept["request"]["chosen"]
    except (OSError, ValueError, KeyError):
        return False
    return is_sound(root, {**request, "chosen": chosen})


def _fetch(root: Path, request: dict[str, Any], progress: Callable[[str], None]) -> None:
    name = request["name"]
    sources = sources_for(request["suite"] or None)
    suites = " ".join(suite for source in sources for suite in source.suites)
    scratch = Path(tempfile.mkdtemp(prefix=f".{name}-apt-", dir=root.parent))
    try:
        apt = PrivateApt(scratch, sources)
        progress(f"{name}: reading the package index of {suites}")
        apt.update()
        chosen = [apt.choose(package) for package in request["packages"]]
        progress(f"{name}: downloading {', '.join(chosen)}")
        debs = apt.download(chosen)
        size_mb = sum(deb.stat().st_size for deb in debs) // 1_000_000
        progress(f"{name}: unpacking {len(debs)} packages ({size_mb} MB)")
        unpack(debs, root, request={**request, "chosen": chosen})
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    progress(f"{name}: ready in {root}")
