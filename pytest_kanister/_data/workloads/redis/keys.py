"""Every key with its value, as rows: one table for each type, the same in every snapshot.

Values are read type by type, not by DUMP, whose bytes differ with the server's version and with
how it happens to hold a value in memory.  A bitmap and a HyperLogLog are strings, places on a map
are a sorted set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.canonical import Column, Kind, canonical
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_kanister._data.proof.canonical import Row
    from pytest_kanister._data.workloads.redis.connection import Server

    # (database, key, field or empty, milliseconds since the epoch) to the moment as it is compared
    Expiry = Callable[[bytes, bytes, bytes, int], int]

__all__ = ["COLUMNS", "KEYS", "PRIMARY", "database_sizes", "rows_of_database"]

_DB, _KEY = Column("database", "number", Kind.INTEGER), Column("key", "bytes", Kind.TEXT)


def _column(name: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(name, kind.value, kind)


def _columns(*more: Column) -> tuple[Column, ...]:
    return (_DB, _KEY, *more)


_EXPIRES = _column("expires at ms", Kind.INTEGER)
_INDEX = _column("index", Kind.INTEGER)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "key": _columns(_column("type"), _EXPIRES),
    "string": _columns(_column("value")),
    "list": _columns(_INDEX, _column("element")),
    "set": _columns(_column("member")),
    "hash": _columns(_column("field"), _column("value"), _EXPIRES),
    "zset": _columns(_column("member"), _column("score", Kind.FLOAT)),
    "stream": _columns(_column("id"), _INDEX, _column("field"), _column("value")),
    "stream state": _columns(_column("last id"), _column("entries added"), _column("last deleted")),
    "stream group": _columns(_column("group"), _column("last delivered"), _column("entries read")),
    "stream consumer": _columns(_column("group"), _column("consumer")),
    "stream pending": _columns(
        _column("group"), _column("id"), _column("consumer"), _column("deliveries", Kind.INTEGER)
    ),
}
"""By table."""

KEYS = "key"
"""The table that has one row for each key."""

PRIMARY: dict[str, tuple[str, ...]] = {
    "key": ("database", "key"),
    "string": ("database", "key"),
    "list": ("database", "key", "index"),
    "set": ("database", "key", "member"),
    "hash": ("database", "key", "field"),
    "zset": ("database", "key", "member"),
    "stream": ("database", "key", "id", "index"),
    "stream state": ("database", "key"),
    "stream group": ("database", "key", "group"),
    "stream consumer": ("database", "key", "group", "consumer"),
    "stream pending": ("database", "key", "group", "id"),
}

_SCAN = 1000


def database_sizes(server: Server) -> dict[int, int]:
    """Number of keys by database, of those that hold any."""
    found = {}
    for line in server.ask("INFO", "keyspace").decode().splitlines():
        if line.startswith("db"):
            name, _, facts = line.partition(":")
            found[int(name[2:])] = int(facts.partition(",")[0].partition("=")[2])
    return found


def rows_of_database(server: Server, database: int, expiry: Expiry) -> Iterator[tuple[str, Row]]:
    """(table, row) of every key of one database.

    Raises:
        Unverified: a type that is not known here, a module's for example.
    """
    server.ask("SELECT", database)
    db = b"%d" % database
    field_expiry = _has(server, "HPEXPIRETIME")
    for batch in _scanned(server):
        types = list(server.ask_all(("TYPE", key) for key in batch))
        ends = server.ask_all(("PEXPIRETIME", key) for key in batch)
        for key, kind, end in zip(batch, types, ends, strict=True):
            at = _end(expiry, db, key, b"", end)
            yield KEYS, (db, key, kind, at)
        for kind in set(types):
            own = [key for key, known in zip(batch, types, strict=True) if known == kind]
            reader = _READERS.get(kind.decode())
            if reader is None:
                raise Unverified(
                    f"key {own[0]!r} of database {database} has the type {kind.decode()}, which "
                    "cannot be compared exactly; leave it out of the dataset or report the type"
                )
            for table, row in reader(server, own):
                yield table, (db, *row)
            if kind == b"hash":
                yield from _hashes(server, db, own, expiry if field_expiry else None)


def _scanned(server: Server) -> Iterator[list[bytes]]:
    """Keys in batches, each once: a SCAN may show a key twice when tables grow meanwhile."""
    cursor, seen = b"0", set[bytes]()
    while True:
        cursor, keys = server.ask("SCAN", cursor, "COUNT", _SCAN)
        fresh = [key for key in dict.fromkeys(keys) if key not in seen]
        seen.update(fresh)
        if fresh:
            yield fresh
        if cursor == b"0":
            return


def _end(expiry: Expiry, db: bytes, key: bytes, field: bytes, at_ms: int) -> bytes | None:
    return b"%d" % expiry(db, key, field, at_ms) if at_ms >= 0 else None


def _strings(server: Server, keys: Sequence[bytes]) -> Iterator[tuple[str, Row]]:
    for key, value in zip(keys, server.ask_all(("GET", key) for key in keys), strict=True):
        yield "string", (key, value)


def _lists(server: Server, keys: Sequence[bytes]) -> Iterator[tuple[str, Row]]:
    answers = server.ask_all(("LRANGE", key, 0, -1) for key in keys)
    for key, elements in zip(keys, answers, strict=True):
        for index, element in enumerate(elements):
            yield "list", (key, b"%d" % index, element)


def _sets(server: Server, keys: Sequence[bytes]) -> Iterator[tuple[str, Row]]:
    for key, members in zip(keys, server.ask_all(("SMEMBERS", key) for key in keys), strict=True):
        for member in members:
            yield "set", (key, member)


def _nothing(_server: Server, _keys: Sequence[bytes]) -> Iterator[tuple[str, Row]]:
    yield from ()


def _hashes(
    server: Server, db: bytes, keys: Sequence[bytes], expiry: Expiry | None
) -> Iterator[tuple[str, Row]]:
    for key, flat in zip(keys, server.ask_all(("HGETALL", key) for key in keys), strict=True):
        fields = flat[::2]
        ends = [-1] * len(fields)
        if expiry and fields:
            ends = server.ask("HPEXPIRETIME", key, "FIELDS", len(fields), *fields)
        for field, value, end in zip(fields, flat[1::2], ends, strict=True):
            at = _end(expiry, db, key, field, end) if expiry else None
            yield "hash", (db, key, field, value, at)


def _zsets(server: Server, keys: Sequence[bytes]) -> Iterator[tuple[str, Row]]:
    answers = server.ask_all(("ZRANGE", key, 0, -1, "WITHSCORES") for key in keys)
    for key, flat in zip(keys, answers, strict=True):
        for member, score in zip(flat[::2], flat[1::2], strict=True):
            yield "zset", (key, member, canonical(Kind.FLOAT, score))


def _streams(server: Server, keys: Sequence[bytes]) -> Iterator[tuple[str, Row]]:
    for key in keys:
        for entry, flat in server.ask("XRANGE", key, "-", "+"):
            for index in range(0, len(flat), 2):
                yield "stream", (key, entry, b"%d" % (index // 2), flat[index], flat[index + 1])
        state = _facts(server.ask("XINFO", "STREAM", key))
        yield (
            "stream state",
            (
                key,
                state["last-generated-id"],
                state.get("entries-added"),
                state.get("max-deleted-entry-id"),
            ),
        )
        for group in map(_facts, server.ask("XINFO", "GROUPS", key)):
            yield from _group(server, key, group)


def _group(server: Server, key: bytes, group: dict[str, Any]) -> Iterator[tuple[str, Row]]:
    name = group["name"]
    yield "stream group", (key, name, group["last-delivered-id"], group.get("entries-read"))
    for consumer in map(_facts, server.ask("XINFO", "CONSUMERS", key, name)):
        yield "stream consumer", (key, name, consumer["name"])
    if pending := int(group["pending"] or 0):
        for entry, consumer, _idle_ms, deliveries in server.ask(
            "XPENDING", key, name, "-", "+", pending
        ):
            yield "stream pending", (key, name, entry, consumer, b"%d" % deliveries)


_READERS: dict[str, Callable[[Server, Sequence[bytes]], Iterator[tuple[str, Row]]]] = {
    "string": _strings,
    "list": _lists,
    "set": _sets,
    "hash": _nothing,  # with the times at which its fields end
    "zset": _zsets,
    "stream": _streams,
}


def _facts(flat: Sequence[Any]) -> dict[str, Any]:
    """A flat list of names and values; numbers as the bytes that they are written with."""
    return {
        name.decode(): b"%d" % value if isinstance(value, int) else value
        for name, value in zip(flat[::2], flat[1::2], strict=True)
    }


def _has(server: Server, command: str) -> bool:
    (known,) = server.ask("COMMAND", "INFO", command)
    return known is not None
