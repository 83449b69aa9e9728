"""A PostgreSQL server's content as a `Snapshot`."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof.collect import Collector
from pytest_kanister._data.proof.snapshot import Snapshot
from pytest_kanister._data.workloads.postgresql.catalogue import listed
from pytest_kanister._data.workloads.postgresql.code import CODE
from pytest_kanister._data.workloads.postgresql.connection import quoted, rows_of
from pytest_kanister._data.workloads.postgresql.others import others, shared_others
from pytest_kanister._data.workloads.postgresql.relations import RELATIONS, positions
from pytest_kanister._data.workloads.postgresql.rights import RIGHTS
from pytest_kanister._data.workloads.postgresql.rows import (
    LARGE_OBJECTS,
    begin,
    content,
    read_table,
)
from pytest_kanister._data.workloads.postgresql.server import databases, shared
from pytest_kanister._data.workloads.postgresql.tables import table_shapes
from pytest_kanister._data.workloads.postgresql.types import TYPES
from pytest_kanister.errors import Unverified, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from psycopg import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties, Table

    Connect = Callable[[str], AbstractContextManager[Connection[Any]]]

__all__ = ["take_snapshot"]

_OLDEST = 14
_ATTEMPTS = 100
"""Each takes milliseconds: a server that writes all the time has no moment between."""

_CLASSES = {**RELATIONS, **CODE, **TYPES, **RIGHTS}


def take_snapshot(
    connect: Connect,
    collector: Collector | None = None,
    reopen: Connect | None = None,
) -> Snapshot:
    """Everything in every database but template0, and what they share.

    A transaction belongs to one database: there is one in each, and all of them see the same
    moment (see `rows.begin`).

    Args:
        connect: opens a superuser's connection to a database.
        collector: decides which tables are kept whole; none: the usual sizes.
        reopen: as `connect`, later: lets a diff show the rows of a large table.

    Raises:
        UsageProblem: the account is no superuser.
        Unverified: a type without a canonical form, a database that cannot be looked into, a
            server too old, or one on which no moment between two changes was found.
    """
    collector = collector or Collector(RunFile().table)
    with connect("postgres") as first:
        version = first.info.server_version
        if version // 10_000 < _OLDEST:
            raise Unverified(
                f"this server is PostgreSQL {version // 10_000}; only those from {_OLDEST} on can "
                "be compared"
            )
        if not rows_of(first, "SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper"):
            raise UsageProblem(
                f"the account {first.info.user} does not see everything: it is no superuser; "
                "name one that is"
            )
        names = databases(first)
        ((text, identity),) = rows_of(
            first,
            "SELECT version(), system_identifier::text FROM pg_control_system()",
        )
    if closed := [name for name, allowed in names if not allowed]:
        raise Unverified(
            f"the database {closed[0]} allows no connections, so it cannot be looked into"
        )
    tables: dict[Name, Table] = {}
    with ExitStack() as stack:
        connections = {name: stack.enter_context(connect(name)) for name, _ in names}
        _same_moment(connections)
        any_one = next(iter(connections.values()))
        inventory: dict[str, dict[Name, Properties]] = {kind: {} for kind in _CLASSES}
        _merge(inventory, shared(any_one))
        inventory["other object"] = shared_others(any_one)
        for database, connection in connections.items():
            own = _inventory(connection, database)
            _merge(inventory, own)
            shapes = table_shapes(connection, database)
            if own["large object"]:
                shapes[database, "large objects"] = LARGE_OBJECTS
            for name, shape in shapes.items():
                again = partial(reopen, database) if reopen else None
                tables[name] = read_table(connection, shape, collector, again)
    return Snapshot(
        engine="postgresql",
        tables=tables,
        inventory=inventory,
        facts={"version": str(text), "server": str(identity)},
        taken_at_s=time.time(),
    )


def _same_moment(connections: Mapping[str, Connection[Any]]) -> None:
    """Begins a transaction in each, until nothing was committed or begun between them."""
    for _ in range(_ATTEMPTS):
        if len({begin(connection) for connection in connections.values()}) == 1:
            return
        for connection in connections.values():
            rows_of(connection, "ROLLBACK")
    raise Unverified(
        "the server is being written to all the time, so its databases cannot be seen at one "
        "moment; stop whatever writes"
    )


def _inventory(connection: Connection[Any], database: str) -> dict[str, dict[Name, Properties]]:
    """Of one database, by class and name."""
    found = {
        kind: listed(connection, query, within=(database,)) for kind, query in _CLASSES.items()
    }
    for name, told in positions(connection).items():
        found["sequence"][database, *name].update(told)
    for (_, *where), view in found["materialized view"].items():
        if view["populated"] == "yes":
            view["content"] = content(connection, f"(SELECT * FROM {quoted(*where)})")
    found["other object"] = others(connection, database)
    return found


def _merge(
    whole: dict[str, dict[Name, Properties]], part: Mapping[str, Mapping[Name, Properties]]
) -> None:
    for kind, items in part.items():
        whole.setdefault(kind, {}).update(items)
