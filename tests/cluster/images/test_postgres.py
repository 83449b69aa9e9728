"""PostgreSQL's images: where their data lie, their environment, and that the server is not root.

The entrypoint is run here as it is in a pod, but for the pod: folders take its volumes' place.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_kanister._base.children import Finished, run
from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._cluster.contracts import Program
from pytest_kanister._cluster.images import BuiltinCatalogue
from pytest_kanister._cluster.images.names import ImageName
from pytest_kanister._cluster.images.postgres import SCRIPTS, _places
from pytest_kanister._cluster.network import Subnet

# Nobody else on the machine has this network as long as this process lives.
SUBNET = Subnet.claim()
ADDRESS = SUBNET.allocate()


@pytest.mark.parametrize(
    ("image", "style", "mount", "data"),
    [
        ("postgres:16.2", "official", "/var/lib/postgresql/data", "/var/lib/postgresql/data"),
        ("postgres:18", "official", "/var/lib/postgresql", "/var/lib/postgresql/18/docker"),
        ("postgres", "official", "/var/lib/postgresql", "/var/lib/postgresql/18/docker"),
        (
            "bitnamilegacy/postgresql:17",
            "bitnami",
            "/bitnami/postgresql",
            "/bitnami/postgresql/data",
        ),
    ],
)
def test_the_volume_lies_where_the_image_has_it(
    image: str, style: str, mount: str, data: str
) -> None:
    assert _places(ImageName.parse(image), style) == (mount, data)


@pytest.mark.parametrize(
    "image",
    [
        "postgres:16",
        "bitnami/postgresql",
        "ghcr.invalid/kanisterio/postgresql:0.116.0",
        "ghcr.invalid/kanisterio/postgres-kanister-tools:0.116.0",
    ],
)
def test_images_that_public_blueprints_name_are_known(tmp_path: Path, image: str) -> None:
    assert BuiltinCatalogue(tmp_path, mapping={}).knows(image)


@pytest.fixture(scope="module")
def official() -> Program:
    return BuiltinCatalogue(cache_folder(), mapping={}).resolve("postgres:17", print)


@pytest.fixture(scope="module")
def bitnami() -> Program:
    return BuiltinCatalogue(cache_folder(), mapping={}).resolve("bitnami/postgresql:17", print)


def _argv(program: Program, folder: Path) -> list[str]:
    homes = {"{dir:/var/lib/postgresql", "{dir:/bitnami/postgresql"}
    places = {f"{home}}}": f"{folder}/volume" for home in homes}
    places |= {f"{home}/data}}": f"{folder}/volume/data" for home in homes}
    places["{dir:/var/run/postgresql}"] = f"{folder}/run"
    return [places.get(word, word).replace("{ip}", ADDRESS) for word in program.entrypoint]


def _env(program: Program, env: dict[str, str]) -> dict[str, str]:
    path = [*map(str, program.path), "/usr/bin", "/bin", "/usr/sbin"]
    return {"PATH": ":".join(path), "LANG": "C.UTF-8", **env}


def _refused(program: Program, folder: Path, env: dict[str, str]) -> str:
    done = run(_argv(program, folder), env=_env(program, env), timeout_s=60)
    assert done.exit_status == 1, done
    return done.stderr


@contextmanager
def _serving(
    program: Program, folder: Path, env: dict[str, str], *, killed: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """The server, once it answers; unless it is to be killed, it must end by SIGTERM."""
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            _argv(program, folder),
            env=_env(program, env),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    ready = [word.replace("{ip}", ADDRESS) for word in program.ready]

    def answers() -> bool | None:
        assert server.poll() is None, log.read_text()
        return run(ready, env=_env(program, {})).exit_status == 0 or None

    try:
        assert wait_until(answers, Deadline(30)), log.read_text()
        yield server
        if not killed:
            server.terminate()
            assert server.wait(20) == 0, log.read_text()
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _psql(program: Program, password: str, user: str, database: str, query: str) -> Finished:
    argv = ["psql", "-XAt", "-h", ADDRESS, "-U", user, "-d", database, "-c", query]
    env = _env(program, {"PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10"})
    return run(["/usr/bin/env", *argv], env=env, timeout_s=60)


@pytest.mark.slow
def test_the_official_image_s_environment(official: Program, tmp_path: Path) -> None:
    assert "POSTGRES_PASSWORD" in _refused(official, tmp_path, {})
    both = {"POSTGRES_PASSWORD": "x", "POSTGRES_PASSWORD_FILE": "/dev/null"}
    assert "exclusive" in _refused(official, tmp_path, both)
    secret = tmp_path / "secret"
    secret.write_text('it\'s "a" \\ $secret')
    env = {"POSTGRES_PASSWORD_FILE": str(secret), "POSTGRES_USER": 'o"d d', "POSTGRES_DB": "shop"}
    with _serving(official, tmp_path, env):
        done = _psql(official, secret.read_text(), 'o"d d', "shop", "SELECT session_user")
        assert done.stdout == 'o"d d\n', done.stderr
        wrong = _psql(official, "wrong", 'o"d d', "shop", "SELECT 1")
        assert "password authentication failed" in wrong.stderr
        nobody = _psql(official, "x", "postgres", "postgres", "SELECT 1")
        assert "password authentication failed" in nobody.stderr
        words = run(["ps", "-eo", "args="]).stdout
        assert "$secret" not in words, "no password on a command line"
        status = "SELECT pg_read_file('/proc/self/status')"
        said = _psql(official, secret.read_text(), 'o"d d', "shop", status).stdout
        (uids,) = [line.split()[1:] for line in said.splitlines() if line.startswith("Uid:")]
        assert "0" not in uids, "the server is root"
    # A second start takes the data as they are, with another password in its environment.
    env = {"POSTGRES_PASSWORD": "another"}
    with _serving(official, tmp_path, env):
        assert _psql(official, secret.read_text(), 'o"d d', "shop", "SELECT 1").stdout == "1\n"


@pytest.mark.slow
def test_bitnami_s_environment(bitnami: Program, tmp_path: Path) -> None:
    assert "ALLOW_EMPTY_PASSWORD" in _refused(bitnami, tmp_path, {})
    env = {
        "POSTGRESQL_USERNAME": "clerk",
        "POSTGRESQL_PASSWORD": "clerk's",
        "POSTGRESQL_POSTGRES_PASSWORD": "root's",
        "POSTGRESQL_DATABASE": "shop",
    }
    with _serving(bitnami, tmp_path, env):
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'"
        assert _psql(bitnami, "clerk's", "clerk", "shop", owner).stdout == "clerk\n"
        superuser = "SELECT rolname FROM pg_roles WHERE rolsuper"
        assert _psql(bitnami, "root's", "postgres", "postgres", superuser).stdout == "postgres\n"
    assert (tmp_path / "volume" / "data" / "PG_VERSION").is_file()


@pytest.mark.slow
def test_a_server_that_was_killed_starts_again_with_what_was_committed(
    official: Program, tmp_path: Path
) -> None:
    env = {"POSTGRES_PASSWORD": "x"}
    with _serving(official, tmp_path, env, killed=True):
        made = _psql(official, "x", "postgres", "postgres", "CREATE TABLE t AS SELECT 1 AS a")
        assert made.exit_status == 0, made.stderr
    with _serving(official, tmp_path, env):
        assert _psql(official, "x", "postgres", "postgres", "SELECT a FROM t").stdout == "1\n"


@pytest.mark.slow
def test_the_clients_run_each_other(official: Program, tmp_path: Path) -> None:
    """pg_dumpall looks for pg_dump beside itself, of the same version."""
    with _serving(official, tmp_path, {"POSTGRES_PASSWORD": "x"}):
        argv = ["/usr/bin/env", "pg_dumpall", "-h", ADDRESS, "-U", "postgres"]
        done = run(argv, env=_env(official, {"PGPASSWORD": "x"}), timeout_s=60)
        assert done.exit_status == 0, done.stderr
        assert "PostgreSQL database cluster dump complete" in done.stdout


@pytest.mark.slow
def test_data_go_into_the_volume_or_nowhere(official: Program, tmp_path: Path) -> None:
    """Where pods have no root file system of their own, the path itself is this machine's."""
    env = {"POSTGRES_PASSWORD": "x", "NSS_WRAPPER_HOSTS": "/etc/hosts"}
    said = _refused(official, tmp_path, {**env, "PGDATA": "/srv/elsewhere"})
    assert "PGDATA=/srv/elsewhere is in no volume" in said
    with _serving(official, tmp_path, {**env, "PGDATA": "/var/lib/postgresql/data/pgdata"}):
        assert (tmp_path / "volume" / "data" / "pgdata" / "PG_VERSION").is_file()


@pytest.mark.parametrize("prefix", [(), ("setpriv", "--bounding-set=-all")], ids=["root", "bare"])
def test_root_s_server_is_somebody_else_who_owns_root_s_files(
    tmp_path: Path, prefix: tuple[str, ...]
) -> None:
    """With the capabilities of a container's root, and without any, as in an own namespace."""
    root = () if os.getuid() == 0 else ("unshare", "--user", "--map-root-user")
    argv = [*root, *prefix, "/bin/bash", str(SCRIPTS / "postgres-user.sh"), "/bin/sh", "-c"]
    tmp_path.chmod(0o700)
    done = run([*argv, f"id -u; touch {tmp_path}/made; stat -c %u {tmp_path}/made"])
    assert done.exit_status == 0, done.stderr
    user, owner = done.stdout.split()
    assert user == owner != "0"
    assert (tmp_path / "made").stat().st_uid == os.getuid()
