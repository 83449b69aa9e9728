"""Redis and Valkey: the real server and client, from PATH or fetched; a stand-in for redis-dump."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.children import run
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._base.packages.sources import distribution
from pytest_kanister._cluster.contracts import Program
from pytest_kanister._cluster.images.wrappers import loader_argv, write_script, write_wrapper
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.images.names import ImageName

__all__ = ["client_program", "server_program"]

SCRIPTS = Path(__file__).parent / "scripts"
_PROGRAMS = ("redis-server", "redis-cli")
_NEWER = 8
"""From this release on images are served from suite sid: Debian 12 has 7.0."""

_DUMP = "redis-dump is pytest-kanister's own, not the npm program of that name"


@dataclass(frozen=True)
class _Installation:
    """`title` for people, the folder of programs, the tree that they come from."""

    title: str
    programs: Path
    paths: tuple[Path, ...]


def server_program(
    name: ImageName, image: str, cache: Path, progress: Callable[[str], None]
) -> Program:
    """How an image of the family `redis` is run.

    Raises:
        EnvironmentProblem: Redis is neither there nor can it be fetched.
    """
    found = _find(name, cache, progress)
    data = "/bitnami/redis/data" if name.vendor.startswith("bitnami") else "/data"
    return Program(
        image=image,
        title=f"{found.title} for {image}",
        entrypoint=(
            "/bin/bash",
            str(SCRIPTS / "redis-entrypoint.sh"),
            f"{{dir:{data}}}",
            "{ip}",
        ),
        path=(found.programs,),
        paths=(*found.paths, SCRIPTS),
        volumes=(data,),
        ready=(str(found.programs / "redis-cli"), "-h", "{ip}", "ping"),
    )


def client_program(
    name: ImageName, image: str, cache: Path, progress: Callable[[str], None]
) -> Program:
    """How an image `redis-tools` is run: redis-cli and redis-dump.

    Raises:
        EnvironmentProblem: as `server_program`.
    """
    found = _find(name, cache, progress)
    return Program(
        image=image,
        title=f"this machine's programs and {found.title} clients for {image} ({_DUMP})",
        entrypoint=("/bin/bash",),
        path=(found.programs,),
        paths=(*found.paths, SCRIPTS),
    )


def _find(name: ImageName, cache: Path, progress: Callable[[str], None]) -> _Installation:
    product = "Valkey" if name.base.startswith("valkey") else "Redis"
    theirs = [f"{product.lower()}-{program.partition('-')[2]}" for program in _PROGRAMS]
    own = [shutil.which(program) for program in theirs]
    if all(own):
        programs = cache / "wrappers" / f"{product.lower()}-of-this-machine"
        for program, path in zip(_PROGRAMS, own, strict=True):
            write_wrapper(programs, program, [str(path)])
        paths: tuple[Path, ...] = (programs,)
    else:
        release = re.match(r"\d+", name.tag)
        newer = product == "Valkey" or (release is not None and int(release[0]) >= _NEWER)
        root = fetch_packages(
            f"{product.lower()}{'-newer' if newer and product == 'Redis' else ''}",
            [f"{product.lower()}-server", f"{product.lower()}-tools"],
            suite="sid" if newer and distribution()[0] == "debian" else None,
            cache=cache,
            progress=progress,
        )
        programs = cache / "wrappers" / root.name
        # Under Redis' names: scripts and Blueprints for Valkey say those as well.
        for program, their in zip(_PROGRAMS, theirs, strict=True):
            argv = loader_argv(root, root / "usr/bin" / their)
            for word in dict.fromkeys((program, their)):
                write_wrapper(programs, word, argv)
        paths = (programs, root)
    dump = shlex.join([sys.executable, "-I", "-S", str(SCRIPTS / "redis-dump.py")])
    write_script(programs / "redis-dump", f'#!/bin/sh\nexec {dump} "$@"\n')
    said = run([str(programs / "redis-cli"), "--version"], timeout_s=60)
    version = re.search(r"\d+\.\d+\.\d+", said.stdout)
    if version is None:
        raise EnvironmentProblem(
            f"{theirs[1]} does not run",
            remedies=[f"remove {programs} and the tree that it names, and run again"],
            evidence=said.tail(),
        )
    return _Installation(f"{product} {version[0]}", programs, paths)
