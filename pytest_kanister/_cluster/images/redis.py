"""Redis: the real server and its client, from PATH or fetched, and a stand-in for redis-dump."""

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
from pytest_kanister._cluster.contracts import Program
from pytest_kanister._cluster.images.wrappers import loader_argv, write_script, write_wrapper
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.images.names import ImageName

__all__ = ["client_program", "server_program"]

SCRIPTS = Path(__file__).parent / "scripts"
_PROGRAMS = ("redis-server", "redis-cli")
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
    found = _find(cache, progress)
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


def client_program(image: str, cache: Path, progress: Callable[[str], None]) -> Program:
    """How an image `redis-tools` is run: redis-cli and redis-dump.

    Raises:
        EnvironmentProblem: as `server_program`.
    """
    found = _find(cache, progress)
    return Program(
        image=image,
        title=f"this machine's programs and {found.title} clients for {image} ({_DUMP})",
        entrypoint=("/bin/bash",),
        path=(found.programs,),
        paths=(*found.paths, SCRIPTS),
    )


def _find(cache: Path, progress: Callable[[str], None]) -> _Installation:
    own = [shutil.which(program) for program in _PROGRAMS]
    if all(own):
        programs = cache / "wrappers" / "redis-of-this-machine"
        for program, path in zip(_PROGRAMS, own, strict=True):
            write_wrapper(programs, program, [str(path)])
        paths: tuple[Path, ...] = (programs,)
    else:
        root = fetch_packages(
            "redis", ["redis-server", "redis-tools"], suite=None, cache=cache, progress=progress
        )
        programs = cache / "wrappers" / root.name
        for program in _PROGRAMS:
            write_wrapper(programs, program, loader_argv(root, root / "usr/bin" / program))
        paths = (programs, root)
    dump = shlex.join([sys.executable, "-I", "-S", str(SCRIPTS / "redis-dump.py")])
    write_script(programs / "redis-dump", f'#!/bin/sh\nexec {dump} "$@"\n')
    said = run([str(programs / "redis-cli"), "--version"], timeout_s=60)
    version = re.search(r"\d+\.\d+\.\d+", said.stdout)
    if version is None:
        raise EnvironmentProblem(
            "redis-cli does not run",
            remedies=[f"remove {programs} and the tree that it names, and run again"],
            evidence=said.tail(),
        )
    return _Installation(f"Redis {version[0]}", programs, paths)
