"""Images of the engines beside the tutorial's: servers as the official images start them, tools.

Servers, clients and restic are Debian's; what an official image's entrypoint promises and the
workloads rely on is written here.
"""

from __future__ import annotations

from tests.live.images import ACCOUNTS, Image

_PYTHON = ("python3-minimal", "libpython3-stdlib")

_POSTGRES_ENTRYPOINT = """\
#!/bin/bash
set -euo pipefail
if [[ ${1:-} != postgres && ${1:0:1} != - ]]; then exec "$@"; fi
if [[ ${1:-} == postgres ]]; then shift; fi
as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
install -d -o postgres -g postgres -m 700 "$PGDATA"
chown postgres:postgres /var/run/postgresql
if [[ ! -s $PGDATA/PG_VERSION ]]; then
    : "${POSTGRES_PASSWORD:?is not set}"
    password=/tmp/password
    install -o postgres -m 600 /dev/null "$password"
    printf '%s\\n' "$POSTGRES_PASSWORD" >"$password"
    "${as_postgres[@]}" initdb --pgdata="$PGDATA" --username=postgres --pwfile="$password" \\
        --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256
    rm "$password"
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
fi
exec "${as_postgres[@]}" postgres -D "$PGDATA" -c unix_socket_directories=/var/run/postgresql "$@"
"""

_MARIADB_ENTRYPOINT = """\
#!/bin/bash
set -euo pipefail
if [[ ${1:-} != mariadbd && ${1:0:1} != - ]]; then exec "$@"; fi
if [[ ${1:-} == mariadbd ]]; then shift; fi
data=/var/lib/mysql
chown mysql:mysql "$data" /run/mysqld
if [[ ! -d $data/mysql ]]; then
    : "${MARIADB_ROOT_PASSWORD:?is not set}"
    quoted=${MARIADB_ROOT_PASSWORD//\\\\/\\\\\\\\}
    quoted=${quoted//\\'/\\\\\\'}
    accounts=/run/mysqld/accounts.sql
    install -o mysql -m 600 /dev/null "$accounts"
    echo "SET PASSWORD FOR 'root'@'localhost' = PASSWORD('$quoted');
CREATE USER 'root'@'%' IDENTIFIED BY '$quoted';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;" >"$accounts"
    mariadb-install-db --no-defaults --user=mysql --datadir="$data" --skip-test-db \\
        --auth-root-authentication-method=normal --skip-name-resolve
    set -- "$@" --init-file="$accounts"
fi
# As Debian's packages, which the official image is made of, configure it.
exec mariadbd --no-defaults --user=mysql --datadir="$data" --skip-name-resolve \\
    --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci \\
    --socket=/run/mysqld/mysqld.sock "$@"
"""

_WITH_POSTGRES = {
    "etc/passwd": f"{ACCOUNTS['etc/passwd']}postgres:x:998:998::/var/lib/postgresql:/bin/bash\n",
    "etc/group": f"{ACCOUNTS['etc/group']}postgres:x:998:\n",
}


def engine_images() -> list[Image]:
    """PostgreSQL, MariaDB, Redis and restic, with the tools images of their Blueprints."""
    return [*_servers(), *_tools()]


def _servers() -> list[Image]:
    return [
        Image(
            "postgres:18",
            packages=("postgresql-18", "postgresql-client-18", "tzdata", "util-linux"),
            folders={"var/lib/postgresql": 0o755, "var/run/postgresql": 0o755},
            files={"/usr/local/bin/docker-entrypoint.sh": _POSTGRES_ENTRYPOINT, **_WITH_POSTGRES},
            entrypoint=("docker-entrypoint.sh",),
            command=("postgres",),
            env={"PATH": _path("/usr/lib/postgresql/18/bin"), "PG_MAJOR": "18"},
            volumes=("/var/lib/postgresql/data",),
        ),
        Image(
            "mariadb:10.11",
            packages=("mariadb-server-core", "mariadb-client-core", "mariadb-client"),
            suite=None,
            folders={"var/lib/mysql": 0o755, "run/mysqld": 0o755},
            files={"/usr/local/bin/docker-entrypoint.sh": _MARIADB_ENTRYPOINT},
            entrypoint=("docker-entrypoint.sh",),
            command=("mariadbd",),
            volumes=("/var/lib/mysql",),
        ),
        Image(
            "redis:8.0",
            packages=("redis-server", "redis-tools"),
            folders={"data": 0o755},
            command=("redis-server",),
            volumes=("/data",),
        ),
    ]


def _tools() -> list[Image]:
    return [
        Image(
            "ghcr.io/kanisterio/postgres-kanister-tools:0.116.0",
            packages=("postgresql-client-18", *_PYTHON),
            env={"PATH": _path("/usr/lib/postgresql/18/bin")},
            kando=True,
        ),
        Image(
            "ghcr.io/kanisterio/redis-tools:0.116.0",
            packages=("redis-tools", *_PYTHON),
            kando=True,
        ),
        *(
            Image(
                f"ghcr.io/kanisterio/kanister-tools:{release}",
                packages=("ca-certificates", "restic", *_PYTHON),
                kando=True,
            )
            for release in ("0.116.0", "0.119.0")
        ),
        Image("python:3.13-alpine", packages=_PYTHON),
    ]


def _path(first: str) -> str:
    return f"{first}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
