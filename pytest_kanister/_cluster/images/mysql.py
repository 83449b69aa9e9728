"""MySQL: the real server, from PATH or fetched, and its client programs."""

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
from pytest_kanister._cluster.images.wrappers import loader_argv, write_script, write_wrapper
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.images.names import ImageName

__all__ = ["Installation", "as_program", "find_mysql", "make_data_folder", "server_program"]

SCRIPTS = Path(__file__).parent / "scripts"
_PROGRAMS = ("mysqld", "mysql", "mysqldump", "mysqladmin")


@dataclass(frozen=True)
class Installation:
    """Database programs ready to run.

    Attributes:
        title: `MySQL 9.7.4 (Debian)`, for people.
        version: `9.7.4`.
        programs: folder that holds mysqld, mysql, mysqldump, mysqladmin.
        root: the tree they come from (`/` when they are the machine's own).
        defaults: `[mysqld]` lines that say where the server's own files are.
        substituted: the sentence that names a substitution; empty when it is what was asked for.
    """

    title: str
    version: str
    programs: Path
    root: Path
    defaults: tuple[str, ...]
    substituted: str = ""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Folders that a pod must be able to read to run the programs."""
        return (self.programs,) if self.root == Path("/") else (self.programs, self.root)


# A backup's proof needs neither durability across a power cut nor the binary log: what is
# switched off here costs start time and memory.  What was committed survives a kill -9 all the
# same (the log goes to the kernel at each commit), as pods are killed that way.
_LEAN = (
    "performance-schema=OFF",
    "innodb-buffer-pool-size=32M",
    "secure-file-priv=NULL",
    "skip-name-resolve",
    "max-connect-errors=1000000000",
    "innodb-redo-log-capacity=8M",
    "innodb-flush-log-at-trx-commit=2",
    "innodb-flush-method=nosync",
    "skip-log-bin",
    "mysqlx=OFF",
)


def find_mysql(cache: Path, progress: Callable[[str], None]) -> Installation:
    """MySQL's programs: those in PATH when they are MySQL's, else fetched packages.

    Raises:
        EnvironmentProblem: neither is possible.
    """
    return _from_path() or _fetched(cache, progress)


def server_program(
    installation: Installation,
    name: ImageName,
    image: str,
    cache: Path,
    progress: Callable[[str], None],
) -> Program:
    """How an image of the family `mysql` is run: as the official image's entrypoint does."""
    prepared = prepare(
        cache,
        f"mysql-{installation.version}",
        key=repr((installation, _LEAN)),
        initialise=lambda folder: _initialise(installation, folder),
        drop=("auto.cnf",),
        progress=progress,
    )
    data = "/bitnami/mysql/data" if name.vendor.startswith("bitnami") else "/var/lib/mysql"
    return as_program(installation, "mysqld", image, data=data, prepared=prepared, options=_LEAN)


def _initialise(installation: Installation, folder: Path) -> None:
    make_data_folder(installation, ("mysqld", "--initialize-insecure"), folder, options=_LEAN)


def as_program(
    installation: Installation,
    server: str,
    image: str,
    *,
    data: str,
    prepared: Path,
    options: tuple[str, ...],
) -> Program:
    """What a pod runs.

    Args:
        installation: of either product.
        server: the daemon's name.
        image: asked for.
        data: the image's own folder for data.
        prepared: an initialised data folder, which the pod copies.
        options: `[mysqld]` lines beside the installation's.
    """
    config = write_script(
        installation.programs / "server.cnf",
        "\n".join(["[mysqld]", *installation.defaults, *options, ""]),
    )
    return Program(
        image=image,
        title=f"{installation.title} for {image}",
        entrypoint=(
            "/bin/bash",
            str(SCRIPTS / "mysql-entrypoint.sh"),
            server,
            str(prepared),
            str(config),
            f"{{dir:{data}}}",
            "{dir:/var/run/mysqld}",
            "{dir:/etc/mysql/conf.d}",
            "{ip}",
        ),
        path=(installation.programs,),
        paths=(*installation.paths, prepared, SCRIPTS),
        volumes=(data, "/var/run/mysqld", "/etc/mysql/conf.d"),
        ready=("/bin/bash", str(SCRIPTS / "mysql-ready.sh"), "{ip}"),
        substituted=installation.substituted,
    )


def make_data_folder(
    installation: Installation,
    words: tuple[str, str],
    folder: Path,
    *,
    options: tuple[str, ...],
    statements: str = "",
) -> None:
    """Makes a data folder.

    Args:
        installation: of either product.
        words: the daemon, and the option that lets it do this.
        folder: for the data.
        options: beside the installation's.
        statements: fed to it.

    Raises:
        EnvironmentProblem: it fails.
    """
    server, how = words
    argv = [
        str(installation.programs / server),
        "--no-defaults",
        how,
        *(f"--{option}" for option in (*installation.defaults, *options)),
        f"--datadir={folder}",
    ]
    if os.getuid() == 0:
        argv.append("--user=root")
    done = run(argv, stdin=statements.encode(), timeout_s=300)
    if done.exit_status:
        raise EnvironmentProblem(
            f"{installation.title} cannot initialise a data folder",
            remedies=["see whether the disk is full", "run `pytest-kanister doctor`"],
            looked=[str(folder)],
            evidence=done.tail(),
        )


def _from_path() -> Installation | None:
    found = [shutil.which(program) for program in _PROGRAMS]
    server = found[0]
    if server is None or None in found:
        return None
    said = run([server, "--version"], timeout_s=30).stdout
    version = re.search(r"Ver (\d+\.\d+\.\d+)", said)
    if version is None or "MariaDB" in said:
        return None
    folder = Path(server).parent
    if not all((folder / program).is_file() for program in _PROGRAMS):
        return None
    return Installation(f"MySQL {version[1]} (of this machine)", version[1], folder, Path("/"), ())


def _fetched(cache: Path, progress: Callable[[str], None]) -> Installation:
    identity, _ = distribution()
    root = fetch_packages(
        "mysql",
        [
            "mysql-server-core | mysql-server-core-8.4 | mysql-server-core-8.0",
            "mysql-client-core | mysql-client-core-8.4 | mysql-client-core-8.0",
        ],
        # Debian's stable releases have MariaDB only; MySQL is kept in unstable.
        suite="sid" if identity == "debian" else None,
        cache=cache,
        progress=progress,
    )
    plugins = root / "usr/lib/mysql/plugin"
    programs = cache / "wrappers" / root.name
    for program in _PROGRAMS:
        binary = root / ("usr/sbin" if program == "mysqld" else "usr/bin") / program
        # The client library looks for authentication plugins where this variable says.
        write_wrapper(
            programs, program, loader_argv(root, binary), {"LIBMYSQL_PLUGIN_DIR": str(plugins)}
        )
    said = run([str(programs / "mysqld"), "--version"], timeout_s=60)
    version = re.search(r"Ver (\d+\.\d+\.\d+)", said.stdout)
    if version is None:
        raise EnvironmentProblem(
            "the fetched MySQL server does not run",
            remedies=[f"remove {root} and run again: it is fetched anew"],
            evidence=said.tail(),
        )
    share = root / "usr/share/mysql"
    return Installation(
        f"MySQL {version[1]} ({identity.title()})",
        version[1],
        programs,
        root,
        (
            f"basedir={root / 'usr'}",
            f"plugin-dir={plugins}",
            f"lc-messages-dir={share}",
            f"character-sets-dir={share / 'charsets'}",
        ),
    )
