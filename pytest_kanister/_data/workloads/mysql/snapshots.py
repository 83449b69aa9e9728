"""A MySQL server's content as a `Snapshot`."""

from __future__ import annotations

import re
import time
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.canonical import Kind, canonical
from pytest_kanister._data.proof.snapshot import Snapshot, Table
from pytest_kanister._data.workloads.mysql.accounts import accounts
from pytest_kanister._data.workloads.mysql.columns import select_expression
from pytest_kanister._data.workloads.mysql.inspection import inventory, table_shapes
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymysql.connections import Connection

    from pytest_kanister._data.proof.canonical import Row
    from pytest_kanister._data.workloads.mysql.inspection import TableShape

__all__ = ["MOST_BYTES", "MOST_ROWS", "take_snapshot"]

MOST_ROWS = 2_000_000
MOST_BYTES = 512 * 1024 * 1024
"""Cells only; Python needs about 100 bytes for each cell beside: 2 million rows of 5 are 1 GiB."""

_BATCH_ROWS = 1000

_OLDEST = [8, 0, 17]
"""The first that shows how an account is authenticated without loss."""

# One session, whatever the server's defaults: bytes as they are stored (no conversion of results),
# TIMESTAMPs in UTC, `"` and `|` with their usual meaning, fresh AUTO_INCREMENT counters.
_SESSION = (
    "SET NAMES utf8mb4",
    "SET character_set_results = NULL",
    "SET time_zone = '+00:00'",
    "SET sql_mode = ''",
    "SET sql_quote_show_create = 1",
    # A consistent snapshot exists at this level only.
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)


def take_snapshot(
    connection: Connection[Any], *, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES
) -> Snapshot:
    """Everything but the server's own databases, in one consistent read-only transaction.

    Definitions are not part of MySQL's transactions, nor are tables of engines without any
    (MyISAM): nobody else should change those meanwhile.

    Args:
        connection: a raw one, used for nothing else.
        most_rows: rows kept in memory, all tables together.
        most_bytes: their size.

    Raises:
        Unverified: there is more data than that, a type without a canonical form, or a server
            whose catalogue is another one.
    """
    said = str(connection.get_server_info())  # type: ignore[no-untyped-call] # stubs' gap
    is_mariadb = "mariadb" in said.lower()
    _check_server(said)
    with connection.cursor() as cursor:
        for statement in _SESSION:
            cursor.execute(statement)
        cursor.execute(f"SELECT VERSION(), {'@@hostname' if is_mariadb else '@@server_uuid'}")
        ((version, server_id),) = cursor.fetchall()
    left = _Budget(most_rows, most_bytes)
    tables = {
        name: _read(connection, shape, left)
        for name, shape in table_shapes(connection).items()
    }
    return Snapshot(
        engine="mariadb" if is_mariadb else "mysql",
        tables=tables,
        # MariaDB keeps its accounts elsewhere and otherwise; a check of them is then unverified.
        inventory=inventory(connection, is_mariadb=is_mariadb)
        | ({} if is_mariadb else accounts(connection)),
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


class _Budget:
    """Rows and bytes that may still be kept."""

    def __init__(self, rows: int, size_bytes: int) -> None:
        self.most = rows, size_bytes
        self.rows, self.size_bytes = rows, size_bytes

    def take(self, rows: list[tuple[bytes | None, ...]]) -> None:
        self.rows -= len(rows)
        self.size_bytes -= sum(len(cell) for row in rows for cell in row if cell is not None)
        if self.rows < 0 or self.size_bytes < 0:
            rows_most, bytes_most = self.most
            raise Unverified(
                f"there is too much data to compare row by row in memory: more than {rows_most} "
                f"rows or {bytes_most // 1024**2} MiB; use a smaller dataset"
            )


def _read(connection: Connection[Any], shape: TableShape, left: _Budget) -> Table:
    wanted = ", ".join(map(select_expression, shape.columns))
    rows: Counter[Row] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {wanted} FROM {shape.source}")
        stream = iter(cursor.fetchone, None)
        while batch := list(islice(stream, _BATCH_ROWS)):
            left.take(batch)
            rows.update(_canonical(batch, shape))
    return Table(shape.columns, rows, shape.key, shape.definition)


def _canonical(batch: list[tuple[bytes | None, ...]], shape: TableShape) -> Iterator[Row]:
    kinds = [column.kind for column in shape.columns]
    if not {Kind.FLOAT, Kind.INTEGER} & set(kinds):
        yield from batch
        return
    for row in batch:
        yield tuple(canonical(kind, cell) for kind, cell in zip(kinds, row, strict=True))
