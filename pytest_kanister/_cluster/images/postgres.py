"""PostgreSQL: the real server and its clients, from PATH or fetched."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.children import run
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._base.packages.sources import distribution
from pytest_kanister._cluster.contracts import Program
from pytest_kanister._cluster.images.prepared import prepare
from pytest_kanister._cluster.images.wrappers import loader_argv, write_wrapper
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.images.names import ImageName

__all__ = ["client_program", "server_program"]

SCRIPTS = Path(__file__).parent / "scripts"
_PROGRAMS = (
    "postgres",
    "initdb",
    "psql",
    "pg_dump",
    "pg_dumpall",
    "pg_restore",
    "pg_isready",
    "pg_basebackup",
    "pg_controldata",
    "createdb",
    "dropdb",
)
_NEWEST, _OLDEST = 19, 14
_AS_NEW_AS_IMAGES = 17
"""A server of this machine is taken from this major version on: public Blueprints name 17."""

_INITDB = ("--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")

# A backup's proof needs no durability across a power cut; what was committed is with the kernel
# and survives a kill -9.  Shared memory by files: nothing is left behind by one.  GMT is the only
# zone that needs no zone files; the official image's is UTC.
_LEAN = """
# pytest-kanister
fsync = off
shared_buffers = 32MB
dynamic_shared_memory_type = mmap
timezone = 'GMT'
log_timezone = 'GMT'
"""

# By password from everywhere but the socket: on the embedded cluster every client's address is
# a loopback address, which the images trust.
_HBA = {
    "official": "local all all trust\nlocal replication all trust\n",
    "bitnami": "local all all scram-sha-256\nlocal replication all scram-sha-256\n",
}
_HBA_REST = "host all all all scram-sha-256\nhost replication all all scram-sha-256\n"


_HOMES = {"official": "/var/lib/postgresql", "bitnami": "/bitnami/postgresql"}


@dataclass(frozen=True)
class _Installation:
    """`title` for people, the folder of programs, and what pods must be able to read."""

    title: str
    version: str
    programs: Path
    paths: tuple[Path, ...]


def server_program(
    name: ImageName, image: str, cache: Path, progress: Callable[[str], None]
) -> Program:
    """How an image of the family `postgres` is run: as the official or Bitnami's entrypoint does.

    The server refuses to be root, so it runs as another user in a user namespace of its own
    (see `postgres-user.sh`); whoever runs the cluster owns its files.

    Raises:
        EnvironmentProblem: PostgreSQL is neither there nor can it be fetched.
    """
    found = _find(cache, progress)
    style = "bitnami" if name.vendor.startswith("bitnami") else "official"
    prepared = prepare(
        cache,
        f"postgresql-{found.version}",
        key=repr((str(found.programs), _INITDB, _LEAN)),
        initialise=lambda folder: _initialise(found, folder),
        progress=progress,
    )
    home = _HOMES[style]
    volume, data = _places(name, style)
    return Program(
        image=image,
        title=f"{found.title} for {image}",
        entrypoint=(
            "/bin/bash",
            str(SCRIPTS / "postgres-entrypoint.sh"),
            style,
            str(prepared),
            home,
            f"{{dir:{home}}}",
            f"{{dir:{home}/data}}",
            data,
            "{dir:/var/run/postgresql}",
            "{ip}",
            _HBA[style] + _HBA_REST,
        ),
        path=(found.programs,),
        paths=(*found.paths, prepared, SCRIPTS),
        volumes=(volume, "/var/run/postgresql"),
        ready=(str(found.programs / "pg_isready"), "-q", "-h", "{ip}", "-p", "5432"),
    )


def client_program(image: str, cache: Path, progress: Callable[[str], None]) -> Program:
    """How a tools image is run: psql, pg_dump, pg_dumpall, pg_restore and the machine's programs.

    Raises:
        EnvironmentProblem: as `server_program`.
    """
    found = _find(cache, progress)
    return Program(
        image=image,
        title=f"this machine's programs and {found.title} clients for {image}",
        entrypoint=("/bin/bash",),
        path=(found.programs,),
        paths=found.paths,
    )


def _places(name: ImageName, style: str) -> tuple[str, str]:
    """Where the image's volume is mounted, and its PGDATA in that."""
    home = _HOMES[style]
    if style == "bitnami":
        return home, f"{home}/data"
    major = re.match(r"\d+", name.tag)
    if major is not None and int(major[0]) < 18:
        return f"{home}/data", f"{home}/data"
    # The official image from 18 on keeps each major version in a folder of its own.
    return home, f"{home}/{major[0] if major else 18}/docker"


def _initialise(found: _Installation, folder: Path) -> None:
    argv = [
        "/bin/bash",
        str(SCRIPTS / "postgres-user.sh"),
        str(found.programs / "initdb"),
        *_INITDB,
        f"--pgdata={folder}",
    ]
    done = run(argv, timeout_s=300)
    if done.exit_status:
        raise EnvironmentProblem(
            f"{found.title} cannot initialise a data folder",
            remedies=["see whether the disk is full", "run `pytest-kanister doctor`"],
            looked=[str(folder)],
            evidence=done.tail(),
        )
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as config:
        config.write(_LEAN)


def _find(cache: Path, progress: Callable[[str], None]) -> _Installation:
    return _of_this_machine() or _fetched(cache, progress)


def _of_this_machine() -> _Installation | None:
    server = shutil.which("postgres")
    if server is None:
        return None
    folder = Path(os.path.realpath(server)).parent
    if not all((folder / program).is_file() for program in _PROGRAMS):
        return None
    version = _version(folder)
    if version is None or int(version.partition(".")[0]) < _AS_NEW_AS_IMAGES:
        return None
    return _Installation(f"PostgreSQL {version} (of this machine)", version, folder, (folder,))


def _fetched(cache: Path, progress: Callable[[str], None]) -> _Installation:
    identity, _ = distribution()
    majors = range(_NEWEST, _OLDEST - 1, -1)
    root = fetch_packages(
        "postgresql",
        [
            " | ".join(f"postgresql-{major}" for major in majors),
            " | ".join(f"postgresql-client-{major}" for major in majors),
        ],
        # What public Blueprints run against is newer than a stable Debian's.
        suite="sid" if identity == "debian" else None,
        cache=cache,
        progress=progress,
    )
    binaries = next(iter(sorted(root.glob("usr/lib/postgresql/*/bin"))))
    # A PostgreSQL program finds its files, and the programs beside it, from the place that it
    # was called by: the wrappers stand in a tree that looks like the packages'.
    imitation = cache / "wrappers" / root.name
    programs = imitation / binaries.relative_to(root)
    programs.mkdir(parents=True, exist_ok=True, mode=0o700)
    for link, target in (
        (programs.parent / "lib", binaries.parent / "lib"),
        (imitation / "usr/share", root / "usr/share"),
    ):
        if not link.is_symlink():
            link.symlink_to(target)
    for program in _PROGRAMS:
        argv = loader_argv(root, binaries / program)
        argv[argv.index("--argv0") + 1] = str(programs / program)
        write_wrapper(programs, program, argv)
    version = _version(programs)
    if version is None:
        raise EnvironmentProblem(
            "the fetched PostgreSQL server does not run",
            remedies=[f"remove {root} and run again: it is fetched anew"],
            evidence=run([str(programs / "postgres"), "--version"], timeout_s=60).tail(),
        )
    title = f"PostgreSQL {version} ({identity.title()})"
    return _Installation(title, version, programs, (imitation, root))


def _version(programs: Path) -> str | None:
    said = run([str(programs / "postgres"), "--version"], timeout_s=60)
    version = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", said.stdout)
    return version[1] if version else None
