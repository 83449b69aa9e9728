"""Rows as the server sends them, and the session that reads them.

`COPY … TO STDOUT` sends a row as one line, which is its encoding (`COPY_TEXT`) as it stands: no
object is made of any cell.  Its text loses nothing: since PostgreSQL 12 floating-point numbers are
written so that they are read back bit for bit.
"""

from __future__ import annotations

import json
from functools import partial
from select import select
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._data.proof.digests import digests_of, summed
from pytest_kanister._data.proof.encoding import COPY_TEXT
from pytest_kanister._data.workloads.postgresql.connection import driver, rows_of
from pytest_kanister._data.workloads.postgresql.tables import TableShape
from pytest_kanister._data.workloads.postgresql.wire import Refused, rows_off_the_wire
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from psycopg import Connection

    from pytest_kanister._data.proof.collect import Collector
    from pytest_kanister._data.proof.snapshot import Table

    Reopen = Callable[[], AbstractContextManager[Connection[Any]]]

__all__ = ["LARGE_OBJECTS", "begin", "content", "read_table", "stream"]

# Values and definitions read the same whatever the server, the database or the role say; a
# release that does not know one of these has no such effect either.
_SESSION = {
    "search_path": "",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "GMT",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "lc_monetary": "C",
    "xmloption": "content",
    "quote_all_identifiers": "off",
    "row_security": "off",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
}

LARGE_OBJECTS = TableShape(
    (Column("oid", "oid", Kind.INTEGER), Column("content", "bytea", Kind.TEXT)),
    ("oid",),
    {},
    "(SELECT oid, lo_get(oid) FROM pg_largeobject_metadata)",
)
"""All of a database, as if they were a table."""

_BATCH_BYTES = 1 << 18
READ_TIMEOUT_S = 600
"""Without a byte: the longest wait is for a sort or a lock."""


def begin(connection: Connection[Any]) -> str:
    """One consistent read-only transaction; which moment it sees, in the server's words.

    Two databases of a server see the same moment when these are the same: transactions are
    numbered for all of them together.
    """
    rows_of(
        connection,
        "SELECT set_config(name, wanted.value, false)"
        " FROM pg_settings JOIN jsonb_each_text(%s) AS wanted (name, value) USING (name)",
        (json.dumps(_SESSION),),
    )
    rows_of(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    ((moment,),) = rows_of(connection, "SELECT pg_current_snapshot()::text")
    return str(moment)


def read_table(
    connection: Connection[Any],
    shape: TableShape,
    collector: Collector,
    reopen: Reopen | None = None,
) -> Table:
    """All rows, whole or as digests as the collector decides.

    Args:
        connection: one after `begin`.
        shape: the table without its rows.
        collector: that of this snapshot.
        reopen: opens one more connection to that database: lets a later diff read the table once
            more, to show rows of a large one.
    """
    return collector.table(
        shape.columns,
        stream(connection, shape.source),
        encoding=COPY_TEXT,
        key=shape.key,
        definition=shape.definition,
        raw=[i for i, column in enumerate(shape.columns) if column.kind is Kind.FLOAT],
        reread=partial(_again, reopen, shape.source) if reopen else None,
    )


def content(connection: Connection[Any], source: str) -> str:
    """Rows in words that differ when they do: `3 rows, 9f86…`."""
    count = total = 0
    for batch in stream(connection, source):
        count += len(batch)
        total += summed(digests_of(batch))
    return f"{count} rows, {total % (1 << 128):032x}"


def stream(connection: Connection[Any], source: str) -> Iterator[list[bytes]]:
    """Batches of encoded rows, in the server's order; never all of them in memory.

    Args:
        connection: one after `begin`.
        source: `table (columns)` or `(SELECT …)`.

    Raises:
        UsageProblem: the server refused, at once or between two rows.
        EnvironmentProblem: it went away.
    """
    libpq = connection.pgconn
    try:
        if libpq.ssl_in_use or libpq.used_gssapi:
            yield from _by_libpq(libpq, _copy(source))
        else:
            yield from rows_off_the_wire(libpq, _copy(source), READ_TIMEOUT_S)
    except Refused as error:
        if not error.state or error.state.startswith("57P"):  # it shuts down
            raise _gone(error.text) from error
        raise UsageProblem(f"PostgreSQL refused while rows were read: {error.text}") from error
    except OSError as error:
        raise _gone(str(error)) from error


def _by_libpq(libpq: Any, query: bytes) -> Iterator[list[bytes]]:
    """The same by libpq's own calls: encrypted, or in a way that only libpq can read."""
    psycopg = driver()
    try:
        _expect(psycopg, libpq, libpq.exec_(query), "COPY_OUT")
        batch: list[bytes] = []
        size_bytes, line = 0, libpq.get_copy_data
        while True:
            length, data = line(1)
            if length > 0:
                batch.append(bytes(data)[:-1])
                size_bytes += length
                if size_bytes < _BATCH_BYTES:
                    continue
            if batch:
                yield batch
                batch, size_bytes = [], 0
            if length == 0:  # nothing is there yet
                if not select([libpq.socket], [], [], READ_TIMEOUT_S)[0]:
                    raise _gone(f"it sent nothing for {READ_TIMEOUT_S} s")
                libpq.consume_input()
            elif length < 0:
                break
        while result := libpq.get_result():
            _expect(psycopg, libpq, result, "COMMAND_OK")
    except psycopg.Error as error:
        raise _gone(str(error).strip()) from error


def _expect(psycopg: Any, libpq: Any, result: Any, status: str) -> None:
    if result.status == psycopg.pq.ExecStatus[status]:
        return
    text = result.get_error_message()
    state = result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b""
    if libpq.status == psycopg.pq.ConnStatus.BAD or state.startswith(b"57P"):  # it shuts down
        raise _gone(text)
    raise UsageProblem(f"PostgreSQL refused while rows were read: {text}")


def _gone(text: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"PostgreSQL went away while rows were read: {text}",
        remedies=["see whether its pod still runs and what it says"],
    )


def _copy(source: str) -> bytes:
    # Told to write SQL_ASCII the server writes what is stored, in whatever encoding.
    return f"COPY {source} TO STDOUT (ENCODING 'SQL_ASCII')".encode()


def _again(reopen: Reopen, source: str) -> Iterator[list[bytes]]:
    with reopen() as connection:
        begin(connection)
        yield from stream(connection, source)
