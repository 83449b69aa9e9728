"""MariaDB: for its own images, and as a named stand-in where MySQL cannot be had."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.children import run
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._cluster.images.mysql import Installation, as_program, make_data_folder
from pytest_kanister._cluster.images.prepared import prepare
from pytest_kanister._cluster.images.wrappers import loader_argv, write_script, write_wrapper
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.contracts import Program
    from pytest_kanister._cluster.images.names import ImageName

__all__ = ["find_mariadb", "server_program", "stand_in"]

_CLIENTS = ("mariadb", "mariadb-dump", "mariadb-admin")
_LEAN = (
    "skip-name-resolve",
    "max-connect-errors=1000000000",
    "innodb-log-file-size=8M",
    "innodb-flush-log-at-trx-commit=2",
    "innodb-flush-method=nosync",
    "performance-schema=OFF",
    "skip-log-bin",
    # As Debian's packages, which the official image is made of, configure it.
    "character-set-server=utf8mb4",
    "collation-server=utf8mb4_general_ci",
)
_BOOTSTRAP = (
    "mysql_system_tables.sql",
    "mariadb_system_tables.sql",
    "mariadb_performance_tables.sql",
    "mysql_performance_tables.sql",
    "mariadb_system_tables_data.sql",
    "mysql_system_tables_data.sql",
    "fill_help_tables.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "mariadb_sys_schema.sql",
    "mysql_sys_schema.sql",
)
"""What mariadb-install-db feeds to a bootstrap; a release has each under one of two names."""


def find_mariadb(cache: Path, progress: Callable[[str], None]) -> Installation:
    """MariaDB's programs, fetched from the machine's own release.

    Raises:
        EnvironmentProblem: they cannot be had.
    """
    root = fetch_packages(
        "mariadb",
        [
            "mariadb-server-core | mariadb-server-core-10.6",
            "mariadb-client-core | mariadb-client-core-10.6",
            "mariadb-client | mariadb-client-10.6",  # mariadb-dump and mariadb-admin
        ],
        suite=None,
        cache=cache,
        progress=progress,
    )
    plugins = root / "usr/lib/mysql/plugin"
    programs = cache / "wrappers" / root.name
    server = write_wrapper(programs, "mariadbd", loader_argv(root, root / "usr/sbin/mariadbd"))
    for program in _CLIENTS:
        argv = loader_argv(root, root / "usr/bin" / program)
        write_wrapper(programs, program, argv)
        write_wrapper(
            programs, program.replace("mariadb-", "mysql").replace("mariadb", "mysql"), argv
        )
    said = run([str(server), "--no-defaults", "--version"], timeout_s=60)
    version = re.search(r"Ver (\d+\.\d+\.\d+)", said.stdout)
    if version is None:
        raise EnvironmentProblem(
            "the fetched MariaDB server does not run",
            remedies=[f"remove {root} and run again: it is fetched anew"],
            evidence=said.tail(),
        )
    share = next(
        (s for s in ("mariadb", "mysql") if (root / "usr/share" / s / "charsets").is_dir()), "mysql"
    )
    return Installation(
        f"MariaDB {version[1]}",
        version[1],
        programs,
        root,
        (
            f"basedir={root / 'usr'}",
            f"plugin-dir={plugins}",
            f"lc-messages-dir={root / 'usr/share' / share}",
            f"character-sets-dir={root / 'usr/share' / share / 'charsets'}",
        ),
    )


def stand_in(installation: Installation, image: str) -> Installation:
    """The same server as a substitution for `image`, with a mysqldump that takes MySQL's option.

    MariaDB's dump does not know `--column-statistics=0`, which the public Blueprint passes: the
    shim drops exactly that.
    """
    programs = installation.programs.with_name(installation.programs.name + "-as-mysql")
    for wrapper in installation.programs.iterdir():
        write_script(programs / wrapper.name, wrapper.read_text(encoding="utf-8"))
    write_script(
        programs / "mysqldump",
        "#!/bin/bash\nwords=()\n"
        'for word in "$@"; do [[ $word == --column-statistics=0 ]] || words+=("$word"); done\n'
        'exec "${BASH_SOURCE[0]%/*}/mariadb-dump" "${words[@]}"\n',
    )
    return replace(
        installation,
        programs=programs,
        substituted=f"engine substituted: {installation.title} for {image}",
    )


def server_program(
    installation: Installation,
    name: ImageName,
    image: str,
    cache: Path,
    progress: Callable[[str], None],
) -> Program:
    """How an image of the family `mariadb` is run."""
    prepared = prepare(
        cache,
        f"mariadb-{installation.version}",
        key=repr((installation.root, installation.defaults, _LEAN)),
        initialise=lambda folder: _initialise(installation, folder),
        progress=progress,
    )
    data = "/bitnami/mariadb/data" if name.vendor.startswith("bitnami") else "/var/lib/mysql"
    return as_program(installation, "mariadbd", image, data=data, prepared=prepared, options=_LEAN)


def _initialise(installation: Installation, folder: Path) -> None:
    (folder / "mysql").mkdir(parents=True, mode=0o700)
    share = next(o for o in installation.defaults if o.startswith("lc-messages-dir=")).partition(
        "="
    )[2]
    files = [Path(share) / name for name in _BOOTSTRAP]
    text = "use mysql;\n" + "\n".join(file.read_text() for file in files if file.is_file())
    # A passwordless root@127.0.0.1 would shadow root@'%'; only root@localhost may stay.
    text += "\nDELETE FROM global_priv WHERE Host <> 'localhost' OR User = '';\n"
    prologue = "SET @auth_root_socket=NULL;\nSET @skip_auth_anonymous=1;\n"
    make_data_folder(
        installation,
        ("mariadbd", "--bootstrap"),
        folder,
        options=_LEAN,
        statements=prologue + text,
    )
