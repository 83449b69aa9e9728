"""A Redis server's content as a `Snapshot`."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_kanister._base.polling import Deadline
from pytest_kanister._data.proof.snapshot import Snapshot, Table
from pytest_kanister._data.workloads.redis.connection import Refused
from pytest_kanister._data.workloads.redis.inventory import inventory
from pytest_kanister._data.workloads.redis.keys import (
    COLUMNS,
    KEYS,
    PRIMARY,
    database_sizes,
    rows_of_database,
)
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._data.proof.canonical import Row
    from pytest_kanister._data.proof.snapshot import Name
    from pytest_kanister._data.workloads.redis.connection import Server

__all__ = ["Expiries", "server_facts", "take_snapshot"]

MOST_ROWS = 2_000_000
MOST_BYTES = 512 * 1024 * 1024
"""Cells only; Python needs about 100 bytes for each cell beside."""

PAUSE_S = 120.0
"""Longest time for which writers are held up by one snapshot."""

_OLDEST = (7, 0)
"""The first release that tells when a key ends, and has functions."""


class Expiries:
    """When keys end, with tolerance.

    A backup that keeps the time left, instead of the moment, restores keys that live longer by the
    time between backup and restore.  A moment that lies within the tolerance of one that was seen
    before for the same key is compared as that one; so of two snapshots that this object saw, the
    difference is what exceeds the tolerance.

    Args:
        tolerance_s: 0 compares to the millisecond.
    """

    def __init__(self, tolerance_s: float) -> None:
        self._tolerance_ms = tolerance_s * 1000
        self._seen: dict[tuple[bytes, bytes, bytes], list[int]] = {}

    def __call__(self, database: bytes, key: bytes, field: bytes, at_ms: int) -> int:
        """The moment as it is compared, in milliseconds since the epoch."""
        seen = self._seen.setdefault((database, key, field), [])
        for known in seen:
            if abs(known - at_ms) <= self._tolerance_ms:
                return known
        seen.append(at_ms)
        return at_ms


def take_snapshot(
    server: Server,
    expiry: Expiries,
    *,
    most_rows: int = MOST_ROWS,
    most_bytes: int = MOST_BYTES,
    pause_s: float = PAUSE_S,
) -> Snapshot:
    """Every key of every database, functions, users and settings, at one moment.

    Writers wait meanwhile (CLIENT PAUSE … WRITE), and no key ends: whatever is read belongs to
    the moment at which that began.

    Raises:
        Unverified: more data than the bounds, a type without a canonical form, an older server,
            one that does not let its writers wait, or a reading that took longer than the pause.
    """
    facts = server_facts(server)
    version = tuple(int(part) for part in facts["version"].split(".")[:2])
    if version < _OLDEST:
        raise Unverified(
            f"this server is {facts['product']} {facts['version']}; "
            "only Redis from 7.0 on, and Valkey, can be compared"
        )
    rows: dict[str, Counter[Row]] = {table: Counter() for table in COLUMNS}
    left_rows, left_bytes = most_rows, most_bytes
    with _writers_wait(server, pause_s):
        sizes = database_sizes(server)
        for database, size in sizes.items():
            before = rows[KEYS].total()
            for table, row in rows_of_database(server, database, expiry):
                left_rows -= 1
                left_bytes -= sum(len(cell) for cell in row if cell is not None)
                if left_rows < 0 or left_bytes < 0:
                    raise Unverified(
                        "there is too much data to compare row by row in memory: more than "
                        f"{most_rows} rows or {most_bytes // 1024**2} MiB; use a smaller dataset"
                    )
                rows[table][row] += 1
            found = rows[KEYS].total() - before
            if found != size:
                raise Unverified(
                    f"database {database} says that it holds {size} keys, {found} could be read; "
                    "keys that have ended may not be cleared yet: try again"
                )
        beside = inventory(server)
    server.ask("SELECT", 0)
    tables: dict[Name, Table] = {
        (table,): Table(COLUMNS[table], own, PRIMARY[table]) for table, own in rows.items()
    }
    return Snapshot("redis", tables, beside, facts, time.time())


def server_facts(server: Server) -> dict[str, str]:
    """`product` (Redis, Valkey), `version` and the run's `server` id."""
    lines = server.ask("INFO", "server").decode(errors="replace").splitlines()
    info = dict(line.split(":", 1) for line in lines if ":" in line)
    product = "Valkey" if "valkey_version" in info else "Redis"
    return {
        "product": product,
        "version": info.get("valkey_version") or info["redis_version"],
        "server": info.get("run_id", ""),
    }


@contextmanager
def _writers_wait(server: Server, pause_s: float) -> Iterator[None]:
    deadline = Deadline(pause_s)
    try:
        server.ask("CLIENT", "PAUSE", int(pause_s * 1000), "WRITE")
    except Refused as error:
        raise Unverified(
            f"the server does not let its writers wait, so no moment can be seen: {error}"
        ) from None
    try:
        yield
    finally:
        late = deadline.passed
        server.ask("CLIENT", "UNPAUSE")
    if late:
        raise Unverified(
            f"reading took longer than the {pause_s:.0f} s for which writers wait; "
            "use a smaller dataset"
        )
