"""An unpacked tree, its lock file and its manifest; whether it is still what was unpacked.

Beside a tree `NAME-KEY/` stand `NAME-KEY.lock.json` (what it was made from: package, version,
SHA-256, size, suite) and `NAME-KEY.manifest` (one line a file: SHA-256, size, path).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_kanister._base.children import run
from pytest_kanister.errors import EnvironmentProblem

__all__ = ["Unpacked", "is_sound", "unpack", "unpacked_trees", "verify_packages"]

_MERGED = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
"""Merged /usr: packages of newer suites rely on these links, which base-files would bring."""

_SENTINELS = 48


@dataclass(frozen=True)
class Unpacked:
    """A fetched tree: its name, root folder, and (package, version) of what was asked for."""

    name: str
    root: Path
    packages: tuple[tuple[str, str], ...]


def unpack(debs: list[Path], root: Path, *, request: dict[str, Any]) -> None:
    """Unpacks into `root` by way of a folder beside it, so that a tree is whole or absent."""
    scratch = root.with_name(f".{root.name}.{os.getpid()}")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            packages = list(pool.map(lambda deb: _unpack_one(deb, scratch), debs))
            _merge_usr(scratch)
            entries = list(pool.map(lambda file: _entry(file, scratch), _files(scratch)))
        shutil.rmtree(root, ignore_errors=True)
        _beside(root, ".manifest").write_text("".join(f"{e}\n" for e in entries), encoding="utf-8")
        scratch.rename(root)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    largest = sorted(_files(root), key=lambda file: file.stat().st_size)[-_SENTINELS:]
    record = {
        "request": request,
        "packages": packages,
        "sentinels": {str(file.relative_to(root)): file.stat().st_size for file in largest},
    }
    written = _beside(root, ".lock.tmp")
    written.write_text(json.dumps(record, indent=1), encoding="utf-8")
    written.rename(_beside(root, ".lock.json"))


def is_sound(root: Path, request: dict[str, Any]) -> bool:
    """Whether the tree stands as recorded, by the sizes of its largest files; cheap."""
    record = _record(root)
    if record is None or record.get("request") != request:
        return False
    try:
        return all(
            (root / path).stat().st_size == size for path, size in record["sentinels"].items()
        )
    except OSError:
        return False


def unpacked_trees(cache: Path) -> list[Unpacked]:
    """Every tree under the cache, by name."""
    trees = []
    for lock in sorted((cache / "rootfs").glob("*.lock.json")):
        root = lock.with_name(lock.name.removesuffix(".lock.json"))
        record = _record(root)
        if record is not None:
            wanted = {name.partition("=")[0] for name in record["request"]["chosen"]}
            packages = tuple(
                (p["package"], p["version"]) for p in record["packages"] if p["package"] in wanted
            )
            trees.append(Unpacked(record["request"]["name"], root, packages))
    return trees


def verify_packages(root: Path) -> list[str]:
    """Compares every file's content with the manifest: a sentence for each that differs."""
    manifest = _beside(root, ".manifest")
    try:
        lines = manifest.read_text(encoding="utf-8").splitlines()
    except OSError:
        return [f"{manifest} cannot be read"]
    expected = {line.split(" ", 2)[2]: line for line in lines}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = {e.split(" ", 2)[2]: e for e in pool.map(lambda f: _entry(f, root), _files(root))}
    problems = [f"{root / path} is missing" for path in sorted(expected.keys() - found.keys())]
    problems += [f"{root / path} is alien" for path in sorted(found.keys() - expected.keys())]
    changed = sorted(p for p in expected.keys() & found.keys() if expected[p] != found[p])
    return problems + [f"{root / path} has another content" for path in changed]


def _unpack_one(deb: Path, root: Path) -> dict[str, Any]:
    shown = run(["dpkg-deb", "-f", str(deb), "Package", "Version", "Architecture"])
    done = run(["dpkg-deb", "-x", str(deb), str(root)])
    if done.exit_status:
        raise EnvironmentProblem(
            f"{deb.name} cannot be unpacked",
            remedies=["see whether the disk is full, then run again"],
            evidence=done.tail(),
        )
    fields = dict(line.split(": ", 1) for line in shown.stdout.splitlines() if ": " in line)
    return {
        "package": fields.get("Package", ""),
        "version": fields.get("Version", ""),
        "architecture": fields.get("Architecture", ""),
        "sha256": _sha256(deb),
        "size": deb.stat().st_size,
    }


def _merge_usr(root: Path) -> None:
    """Moves what older suites keep in /lib into /usr/lib, and links the one to the other."""
    for link, target in _MERGED.items():
        (root / target).mkdir(parents=True, exist_ok=True)
        if (root / link).is_dir() and not (root / link).is_symlink():
            done = run(["cp", "--archive", "--link", f"{root / link}/.", str(root / target)])
            if done.exit_status:
                raise EnvironmentProblem(
                    f"the packages' folders {link} and {target} cannot be merged",
                    remedies=["run again; please report the packages if it stays"],
                    evidence=done.tail(),
                )
            shutil.rmtree(root / link)
        if not (root / link).is_symlink():
            (root / link).symlink_to(target)


def _files(root: Path) -> list[Path]:
    return sorted(
        Path(folder) / name
        for folder, _, names in os.walk(root)
        for name in names
        if (Path(folder) / name).is_file() and not (Path(folder) / name).is_symlink()
    )


def _entry(file: Path, root: Path) -> str:
    return f"{_sha256(file)} {file.stat().st_size} {file.relative_to(root)}"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _beside(root: Path, suffix: str) -> Path:
    return root.with_name(root.name + suffix)


def _record(root: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(_beside(root, ".lock.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None
