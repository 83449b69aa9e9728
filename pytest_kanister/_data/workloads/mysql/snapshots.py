"""A MySQL server's content as a `Snapshot`."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof.collect import Collector
from pytest_kanister._data.proof.snapshot import Snapshot
from pytest_kanister._data.workloads.mysql.content import content_of
from pytest_kanister._data.workloads.mysql.rows import begin, read_table
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pymysql.connections import Connection

__all__ = ["take_snapshot"]

_OLDEST = [8, 0, 17]
"""The first that shows how an account is authenticated without loss."""


def take_snapshot(
    connection: Connection[Any],
    collector: Collector | None = None,
    reopen: Callable[[], AbstractContextManager[Connection[Any]]] | None = None,
) -> Snapshot:
    """Everything but the server's own databases, in one consistent read-only transaction.

    Definitions are not part of MySQL's transactions, nor are tables of engines without any
    (MyISAM): nobody else should change those meanwhile.

    Args:
        connection: a raw one, used for nothing else.
        collector: decides which tables are kept whole; none: the usual sizes.
        reopen: opens one more such connection: lets a diff show the rows of a large table.

    Raises:
        Unverified: there is a type without a canonical form, or a server
            whose catalogue is another one.
    """
    said = str(connection.get_server_info())  # type: ignore[no-untyped-call] # stubs' gap
    is_mariadb = "mariadb" in said.lower()
    _check_server(said)
    begin(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT VERSION(), {'@@hostname' if is_mariadb else '@@server_uuid'}")
        ((version, server_id),) = cursor.fetchall()
    content = content_of(connection, is_mariadb=is_mariadb)
    collector = collector or Collector(RunFile().table)
    tables = {
        name: read_table(connection, shape, collector, reopen)
        for name, shape in content.shapes.items()
    }
    return Snapshot(
        engine="mariadb" if is_mariadb else "mysql",
        tables=tables,
        inventory=content.inventory,
        facts={"version": version.decode(), "server": server_id.decode()},
        taken_at_s=time.time(),
    )


def _check_server(version: str) -> None:
    numbers = [int(number) for number in re.findall(r"\d+", version)[:3]]
    if "mariadb" not in version.lower() and numbers < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        raise Unverified(
            f"this server is {version}; only MySQL from {oldest} on, and MariaDB, can be compared"
        )
