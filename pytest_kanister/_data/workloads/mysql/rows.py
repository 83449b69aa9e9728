"""A table's rows as the server sends them, many at a time, and the session that reads them.

In MySQL's protocol a row is one packet whose body is a length and the bytes for each cell, or a
mark for NULL: that body is the row's encoding (`LENGTHS`) as it stands.  So a row costs a slice
here, where a driver would make an object of each cell.  pymysql logs in, encrypts and sends the
query; its packet reader, which takes six calls for each row, is passed by.
"""

from __future__ import annotations

from functools import partial
from struct import Struct
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.canonical import Kind
from pytest_kanister._data.proof.encoding import LENGTHS
from pytest_kanister._data.workloads.mysql.columns import select_expression
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from pymysql.connections import Connection

    from pytest_kanister._data.proof.canonical import Column
    from pytest_kanister._data.proof.collect import Collector
    from pytest_kanister._data.proof.snapshot import Table
    from pytest_kanister._data.workloads.mysql.inspection import TableShape

    Reopen = Callable[[], AbstractContextManager[Connection[Any]]]

__all__ = ["begin", "read_table", "stream"]

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

_READ_BYTES = 256 * 1024
_HEADER = Struct("<I")
_LONGEST = 0xFFFFFF
"""A packet of this size is continued by the next one."""

_ERROR, _END, _END_MOST_BYTES = 0xFF, 0xFE, 8
"""A row that begins with 0xFE has a cell of 16 MiB: it is longer than any end of rows."""


def begin(connection: Connection[Any]) -> None:
    """One consistent read-only transaction, in which values read the same on every server."""
    with connection.cursor() as cursor:
        for statement in _SESSION:
            cursor.execute(statement)


def read_table(
    connection: Connection[Any],
    shape: TableShape,
    collector: Collector,
    reopen: Reopen | None = None,
) -> Table:
    """All rows, whole or as digests as the collector decides.

    Args:
        connection: a raw one after `begin`.
        shape: the table without its rows.
        collector: that of this snapshot.
        reopen: opens one more raw connection as the same account: lets a later diff read the
            table once more, to show rows of a large one.
    """
    wanted = ", ".join(map(select_expression, shape.columns))
    select = f"SELECT {wanted} FROM {shape.source}"
    return collector.table(
        shape.columns,
        stream(connection, select),
        encoding=LENGTHS,
        key=shape.key,
        definition=shape.definition,
        raw=[i for i, column in enumerate(shape.columns) if _is_raw(column)],
        reread=partial(_again, reopen, select) if reopen else None,
    )


def _again(reopen: Reopen, select: str) -> Iterator[list[bytes]]:
    with reopen() as connection:
        begin(connection)
        yield from stream(connection, select)


def _is_raw(column: Column) -> bool:
    """Whether a value has several texts: doubles, and integers that are padded with zeros."""
    padded = "zerofill" in column.type or column.type.startswith("year")
    return column.kind is Kind.FLOAT or (column.kind is Kind.INTEGER and padded)


def stream(connection: Connection[Any], select: str) -> Iterator[list[bytes]]:
    """Batches of encoded rows, in the server's order; never all of them in memory.

    The connection must be read to the end, or closed.

    Raises:
        UsageProblem: the server refused, at once or between two rows.
        EnvironmentProblem: it went away.
    """
    from pymysql.constants import COMMAND

    # pymysql has no public door to packets: these names are the same in every release of 1.x.
    raw: Any = connection
    raw._execute_command(COMMAND.COM_QUERY, select)
    columns = raw._read_packet().read_length_encoded_integer()
    for _ in range(columns + 1):  # each column, then the end of them
        raw._read_packet()
    rest, pieces, missing = b"", list[bytes](), 0
    while True:
        data = rest + _received(raw, missing)
        packets: list[bytes] = []
        size, at, start, missing = len(data), 0, 4, 0
        append, header = packets.append, _HEADER.unpack_from
        whole = size - 4
        while at < whole:  # once for each row: every word here costs a hundredth of the reading
            start = at + 4
            at = start + (header(data, at)[0] & _LONGEST)
            if at > size:
                missing, at = at - size, start - 4
                break
            append(data[start:at])
        rest = data[at:]
        if pieces or size > _LONGEST:
            packets, pieces = _joined(pieces, packets)
        if packets and packets[-1][0] >= _END:  # nothing comes after an end or an error
            last = packets[-1]
            if last[0] == _ERROR:
                raise _refused(last)
            if len(last) <= _END_MOST_BYTES:
                yield packets[:-1]
                return
        if packets:
            yield packets


def _joined(pieces: list[bytes], packets: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Rows of several packets put together, and the pieces of one that is not complete."""
    rows = []
    for packet in packets:
        pieces.append(packet)
        if len(packet) < _LONGEST:
            rows.append(b"".join(pieces))
            pieces = []
    return rows, pieces


def _received(raw: Any, missing: int) -> bytes:
    """What has come; all of `missing` bytes of one packet where they are many."""
    try:
        if missing > _READ_BYTES:
            data: bytes = raw._rfile.read(missing)
        else:
            data = raw._rfile.read1(_READ_BYTES)
    except OSError as error:
        raise _gone(str(error)) from error
    if len(data) < (missing if missing > _READ_BYTES else 1):
        raise _gone("it closed the connection")
    return data


def _gone(why: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"MySQL went away while rows were read: {why}",
        remedies=["see whether its pod still runs and what it says"],
    )


def _refused(packet: bytes) -> UsageProblem:
    code = int.from_bytes(packet[1:3], "little")
    text = packet[3:].decode("utf-8", "replace")
    return UsageProblem(f"MySQL refused while rows were read: error {code}: {text}")
