"""Container images without a registry: Debian packages and a few files of ours.

An image is a root file system made of one fetched package tree and some files laid over it, and
the configuration that an image carries.  `write_tar` gives it to anybody who can import one:
dockerd, or a tool that pushes to a registry.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest_kanister
from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._cluster.images.seaweedfs import find_weed
from pytest_kanister._kanister.tools import write_programs

_BASE = (
    "base-files",
    "bash",
    "coreutils",
    "dash",
    "findutils",
    "grep",
    "gzip",
    "hostname",
    "procps",
    "sed",
    "tar",
)

_PASSWD = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
mysql:x:999:999::/var/lib/mysql:/bin/false
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
_GROUP = "root:x:0:\ndaemon:x:1:\nmysql:x:999:\nnogroup:x:65534:\n"
ACCOUNTS = {"etc/passwd": _PASSWD, "etc/group": _GROUP}

# What the official image's entrypoint promises, with the official image's own configuration of
# where things are; the server itself is Debian's.
_MYSQL_ENTRYPOINT = """\
#!/bin/bash
set -euo pipefail
if [[ ${1:-} != mysqld && ${1:0:1} != - ]]; then exec "$@"; fi
if [[ ${1:-} == mysqld ]]; then shift; fi
data=/var/lib/mysql
chown mysql:mysql "$data" /var/run/mysqld /var/lib/mysql-files
if [[ ! -d $data/mysql ]]; then
    : "${MYSQL_ROOT_PASSWORD:?is not set}"
    quoted=${MYSQL_ROOT_PASSWORD//\\/\\\\}
    quoted=${quoted//\'/\\\'}
    accounts=/var/lib/mysql-files/accounts.sql
    install -o mysql -m 600 /dev/null "$accounts"
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY '$quoted';
CREATE USER 'root'@'%' IDENTIFIED BY '$quoted';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;" >"$accounts"
    mysqld --no-defaults --initialize-insecure --user=mysql --datadir="$data" \
        --init-file="$accounts"
    rm "$accounts"
fi
exec mysqld --no-defaults --user=mysql --datadir="$data" --mysqlx=OFF --skip-name-resolve \
    --socket=/var/run/mysqld/mysqld.sock "$@"
"""

_WEED_ENTRYPOINT = '#!/bin/bash\nexec /usr/bin/weed "$@"\n'


@dataclass(frozen=True)
class Image:
    """An image to be made.

    Attributes:
        tag: its name.
        packages: Debian packages in it, beside `_BASE`; None: nothing but `files`.
        suite: of the distribution, from which they are; None: this machine's.
        folders: folders made in it, by mode.
        files: texts or files of this machine laid over the packages, executable ones.
        links: symbolic links, by path without the leading slash.
        kando: whether our kando is in it.
        entrypoint: as in an image's configuration, like the next ones.
        command: default arguments.
        env: environment.
        volumes: paths that get a volume.
    """

    tag: str
    packages: tuple[str, ...] | None = ()
    suite: str | None = "sid"
    folders: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str | Path] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()
    kando: bool = False

    def write_tar(self, out: IO[bytes]) -> None:
        """Writes the root file system as a tar stream."""
        with tempfile.TemporaryDirectory(prefix=".image-", dir=cache_folder()) as scratch:
            over = Path(scratch, "root")
            if self.packages is None:
                over.mkdir()
            else:
                # Linked, not copied: what is laid over replaces a link, never the cache's file.
                tree = self._tree(self.packages)
                subprocess.run(["cp", "--archive", "--link", str(tree), str(over)], check=True)
            self._lay_over(over)
            command = ["tar", "--create", "--owner=0", "--group=0", "-C", str(over)]
            command += [f"--exclude=./usr/share/{name}" for name in ("doc", "man", "locale")]
            subprocess.run([*command, "."], stdout=out, check=True)

    def _tree(self, packages: tuple[str, ...]) -> Path:
        return fetch_packages(
            f"image-{self.tag.rpartition('/')[2].partition(':')[0]}",
            [*_BASE, *packages],
            suite=self.suite,
            cache=cache_folder(),
            progress=print,
        )

    def _lay_over(self, over: Path) -> None:
        for name, mode in self.folders.items():
            folder = over / name.lstrip("/")
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
        for name, target in self.links.items():
            link = over / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(target)
        for name, source in {**ACCOUNTS, **self.files}.items():
            file = over / name.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
            if isinstance(source, Path):
                shutil.copyfile(source, file)
            else:
                file.write_text(source)
            file.chmod(0o755 if name not in ACCOUNTS else 0o644)
        if self.kando:
            _install_kando(over)


def _install_kando(over: Path) -> None:
    """kando as a program of the image: our own, as no released one can be had without a registry.

    Its scripts name their package by its place in the image, not here.
    """
    package = Path(pytest_kanister.__file__).parent
    home = over / "usr/local/lib/pytest-kanister"
    shutil.copytree(
        package, home / "pytest_kanister", ignore=shutil.ignore_patterns("__pycache__", "_bundled")
    )
    programs = over / "usr/local/bin"
    write_programs(programs, python="/usr/bin/python3")
    inside = "/usr/local/lib/pytest-kanister/pytest_kanister"
    for name in ("kando", "kanctl"):
        script = programs / name
        text = script.read_text().replace(str(package), inside)
        script.write_text(text.replace(str(package.parent), str(Path(inside).parent)))


def all_images() -> list[Image]:
    """The images of the tutorial: database, store, and tools under the Blueprint's own tag."""
    weed, _ = find_weed()
    return [
        Image(
            "mysql:9.7",
            packages=("mysql-server-core", "mysql-client-core"),
            folders={
                "var/lib/mysql": 0o755,
                "var/lib/mysql-files": 0o750,
                "var/run/mysqld": 0o755,
            },
            files={"/usr/local/bin/docker-entrypoint.sh": _MYSQL_ENTRYPOINT},
            entrypoint=("docker-entrypoint.sh",),
            command=("mysqld",),
            env={"MYSQL_MAJOR": "9.7"},
            volumes=("/var/lib/mysql",),
        ),
        Image(
            "chrislusf/seaweedfs:4.48",
            folders={"data": 0o755},
            files={"/usr/bin/weed": weed, "/entrypoint.sh": _WEED_ENTRYPOINT},
            entrypoint=("/entrypoint.sh",),
            volumes=("/data",),
        ),
        Image(
            "ghcr.io/kanisterio/mysql-sidecar:0.75.0",
            packages=("mysql-client-core", "python3-minimal", "libpython3-stdlib"),
            kando=True,
        ),
    ]
