"""What a MariaDB server has that MySQL has not: sequences, packages, rows of the past."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._data.workloads.mysql import inventory as mysql
from pytest_kanister._data.workloads.mysql.catalogue import texts
from pytest_kanister._data.workloads.mysql.columns import quoted
from pytest_kanister._data.workloads.mysql.inspection import NOT_SYSTEM, TableShape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymysql.connections import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["inventory", "past"]

_LISTINGS = (
    mysql.Listing("database", "SCHEMATA", "SCHEMA_NAME", "", (*mysql.DATABASE, "SCHEMA_COMMENT")),
    *mysql.SHARED,
    *(
        mysql.Listing(
            kind,
            "ROUTINES",
            "ROUTINE_SCHEMA",
            "ROUTINE_NAME",
            mysql.ROUTINE,
            f"ROUTINE_TYPE = '{kind.upper()}'",
        )
        for kind in ("package", "package body")
    ),
)

PAST = "all versions"
"""Last part of the name under which the rows of the past are compared."""

_SEQUENCE = re.compile(r"^CREATE SEQUENCE `(?:[^`]|``)*` (.*)$", re.DOTALL)


def inventory(connection: Connection[Any]) -> dict[str, dict[Name, Properties]]:
    """As for MySQL; and sequences with their positions, packages and their bodies."""
    return mysql.inventory(connection, _LISTINGS) | {"sequence": _sequences(connection)}


def past(connection: Connection[Any], shapes: Mapping[Name, TableShape]) -> dict[Name, TableShape]:
    """For each system-versioned table another one, with all versions of its rows and their times.

    A dump without --dump-history loses all versions but the present ones, and of these the time
    since when they hold.
    """
    names = texts(
        connection,
        "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
        f"WHERE TABLE_TYPE = 'SYSTEM VERSIONED' AND TABLE_SCHEMA {NOT_SYSTEM}",
    )
    return {
        (schema, table, PAST): _past(shapes[schema, table])
        for schema, table in [(str(schema), str(table)) for schema, table in names]
    }


def _past(shape: TableShape) -> TableShape:
    own = {column.name for column in shape.columns}
    # Where the table names its period's columns itself, they are among its own.
    period = [] if any(_is_period(text) for text in shape.definition.values()) else _TIMES
    columns = (*shape.columns, *(column for column in period if column.name not in own))
    return TableShape(columns, (), {}, f"{shape.source} FOR SYSTEM_TIME ALL")


_TIMES = [Column(name, "timestamp(6)", Kind.TEMPORAL) for name in ("ROW_START", "ROW_END")]


def _is_period(definition: str) -> bool:
    return "GENERATED ALWAYS AS ROW START" in definition


def _sequences(connection: Connection[Any]) -> dict[Name, Properties]:
    names = [
        (str(schema), str(name))
        for schema, name in texts(
            connection,
            "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
            f"WHERE TABLE_TYPE = 'SEQUENCE' AND TABLE_SCHEMA {NOT_SYSTEM}",
        )
    ]
    found: dict[Name, Properties] = {}
    for name in names:
        sequence = ".".join(map(quoted, name))
        ((_, statement),) = texts(connection, f"SHOW CREATE SEQUENCE {sequence}")
        match = _SEQUENCE.match(str(statement))
        ((position, cycles),) = texts(
            connection, f"SELECT next_not_cached_value, cycle_count FROM {sequence}"
        )
        found[name] = {
            "definition": match[1] if match else str(statement),
            # What NEXTVAL gave out of its cache is not stored anywhere.
            "next value not in the cache": str(position),
            "times it began anew": str(cycles),
        }
    return found
