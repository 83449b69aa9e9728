"""What `benchmarks/proof.py` asks of each database: make the tables, dump one, read one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._cluster.images import BuiltinCatalogue
from pytest_kanister._data.proof import Collector, Table
from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql import rows as mysql_rows
from pytest_kanister._data.workloads.mysql.connection import Login as MySQLLogin
from pytest_kanister._data.workloads.mysql.connection import connect as mysql_connect
from pytest_kanister._data.workloads.mysql.inspection import table_shapes
from pytest_kanister._kube import Address, KubeClient
from pytest_kanister._model.secret import Secret
from pytest_kanister._model.settings import Settings

__all__ = ["ENGINES", "Engine", "Where"]

Where = dict[str, Any]
"""`host`, `port`, `password`: what a process of its own is told."""


class Engine(Protocol):
    """One database."""

    image: str
    port: int
    environment: str
    """Variable that tells the dump the password."""
    create: str
    fill: str
    """Rows from {first} to before {end}."""
    finish: str
    change: str
    """A changed row {third}, a lost one {half}, an extra one."""

    def server(self, kube: KubeClient, settings: Settings, namespace: str) -> Any:
        """The workload, not deployed yet."""

    def service(self) -> str:
        """Name of its Service."""

    def password(self, server: Any) -> Secret:
        """The administrator's."""

    def dump(self, where: Where, table: str) -> list[str]:
        """The command that dumps one table."""

    def read(self, where: Where, table: str, collector: Collector, *, again: bool = False) -> Table:
        """All rows of one table."""

    def contrast(self, where: Where, table: str) -> int | None:
        """Reads `where["contrast"]` rows in the driver's usual way; None: nothing to contrast."""


def _program(image: str, name: str) -> str:
    for folder in BuiltinCatalogue(cache_folder()).resolve(image, print).path:
        if (found := Path(folder) / name).exists():
            return str(found)
    raise SystemExit(f"{image} has no {name}")


class _MySQL:
    image = "mysql:9.7"
    port = 3306
    environment = "MYSQL_PWD"
    create = """
CREATE DATABASE bench;
CREATE TABLE bench.wide (id BIGINT PRIMARY KEY, name VARCHAR(40), amount INT,
  price DECIMAL(14,4), at DATETIME(6), doc JSON, body VARBINARY(60));
CREATE TABLE bench.narrow (name VARCHAR(40), balance INT)
"""
    fill = """
USE bench;
SET SESSION cte_max_recursion_depth = 1000000;
INSERT INTO bench.wide
WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {end})
SELECT i, CONCAT('customer ', CONV(i * 2654435761, 10, 36)), IF(i % 10, i % 99991, NULL),
  i * 1.0001, '2026-01-01' + INTERVAL i * 7919 MICROSECOND,
  JSON_OBJECT('n', i, 'tag', SUBSTR(SHA2(i, 256), 1, 6)), UNHEX(SUBSTR(SHA2(i, 256), 1, 32)) FROM n
"""
    finish = "INSERT INTO bench.narrow SELECT name, amount FROM bench.wide"
    change = """
UPDATE bench.wide SET amount = -7 WHERE id = {third};
DELETE FROM bench.wide WHERE id = {half};
INSERT INTO bench.wide (id, name) VALUES (-1, 'stranger')
"""

    def server(self, kube: KubeClient, settings: Settings, namespace: str) -> Any:
        return MySQL(kube, settings, name="store", namespace=namespace, options={})

    def service(self) -> str:
        return "store"

    def password(self, server: Any) -> Secret:
        secret: Secret = server._release.password()
        return secret

    def dump(self, where: Where, table: str) -> list[str]:
        return [
            *(_program(self.image, "mysqldump"), "-h", where["host"], "-P", str(where["port"])),
            *("-u", "root", "--single-transaction", "--set-gtid-purged=OFF", "bench", table),
        ]

    def read(self, where: Where, table: str, collector: Collector, *, again: bool = False) -> Table:
        opened = self._opened(where)
        with opened() as connection:
            mysql_rows.begin(connection)
            shape = table_shapes(connection)["bench", table]
            return mysql_rows.read_table(connection, shape, collector, opened if again else None)

    def contrast(self, where: Where, table: str) -> int | None:
        with self._opened(where)() as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM bench.{table} LIMIT {where['contrast']}")
            return sum(1 for _ in iter(cursor.fetchone, None))

    def _opened(self, where: Where) -> Callable[[], AbstractContextManager[Any]]:
        login = MySQLLogin(Address(where["host"], where["port"]), Secret(where["password"]))
        return partial(mysql_connect, login, raw=True)


class _PostgreSQL:
    image = "postgres:18"
    port = 5432
    environment = "PGPASSWORD"
    create = """
CREATE TABLE wide (id bigint PRIMARY KEY, name varchar(40), amount int, price numeric(14,4),
  at timestamp(6), doc json, body bytea);
CREATE TABLE narrow (name varchar(40), balance int)
"""
    fill = """
INSERT INTO wide SELECT i, 'customer ' || upper(to_hex(i * 2654435761)),
  CASE WHEN i % 10 > 0 THEN i % 99991 END, i * 1.0001,
  timestamp '2026-01-01' + i * 7919 * interval '1 microsecond',
  json_build_object('n', i, 'tag', substr(md5(i::text), 1, 6)), decode(md5(i::text), 'hex')
FROM generate_series({first}::bigint, {end} - 1) AS n (i)
"""
    finish = "INSERT INTO narrow SELECT name, amount FROM wide"
    change = """
UPDATE wide SET amount = -7 WHERE id = {third};
DELETE FROM wide WHERE id = {half};
INSERT INTO wide (id, name) VALUES (-1, 'stranger')
"""

    def server(self, kube: KubeClient, settings: Settings, namespace: str) -> Any:
        from pytest_kanister._data.workloads.postgresql import PostgreSQL

        return PostgreSQL(kube, settings, name="store", namespace=namespace, options={})

    def password(self, server: Any) -> Secret:
        secret: Secret = server._release.password()
        return secret

    def service(self) -> str:
        from pytest_kanister._data.workloads.postgresql.manifests import names_of

        return names_of("store").server

    def dump(self, where: Where, table: str) -> list[str]:
        return [
            *(_program(self.image, "pg_dump"), "-h", where["host"], "-p", str(where["port"])),
            *("-U", "postgres", "-t", table, "postgres"),
        ]

    def read(self, where: Where, table: str, collector: Collector, *, again: bool = False) -> Table:
        from pytest_kanister._data.workloads.postgresql import rows
        from pytest_kanister._data.workloads.postgresql.connection import Login, connect
        from pytest_kanister._data.workloads.postgresql.tables import table_shapes as shapes

        login = Login(Address(where["host"], where["port"]), Secret(where["password"]))
        opened = partial(connect, login, "postgres")
        with opened() as connection:
            rows.begin(connection)
            shape = shapes(connection, "postgres")["postgres", "public", table]
            return rows.read_table(connection, shape, collector, opened if again else None)

    def contrast(self, where: Where, table: str) -> int | None:
        return None


ENGINES: dict[str, Engine] = {"mysql": _MySQL(), "postgresql": _PostgreSQL()}
