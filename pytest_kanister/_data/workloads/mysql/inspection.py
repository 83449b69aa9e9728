"""The tables of a MySQL server: what each is made of, and what its rows are selected from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_kanister._data.workloads.mysql.catalogue import texts
from pytest_kanister._data.workloads.mysql.columns import column_of, quoted
from pytest_kanister._data.workloads.mysql.definition import definition, with_collations

if TYPE_CHECKING:
    from pymysql.connections import Connection

    from pytest_kanister._data.proof.canonical import Column
    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["NOT_SYSTEM", "TableShape", "table_names", "table_shapes"]

NOT_SYSTEM = "NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')"


class TableShape(NamedTuple):
    """A table without its rows.

    Attributes:
        columns: each is selected as `columns.select_expression` says.
        key: names of the primary key's columns.
        definition: see `definition`.
        source: what stands after FROM.
    """

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    definition: Properties
    source: str


def table_names(connection: Connection[Any]) -> list[Name]:
    """Base tables of all databases that are not the server's own."""
    rows = texts(
        connection,
        "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
        # MariaDB's tables that keep their history have a type of their own.
        "WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') "
        f"AND TABLE_SCHEMA {NOT_SYSTEM} ORDER BY 1, 2",
    )
    return [(str(schema), str(name)) for schema, name in rows]


def table_shapes(connection: Connection[Any]) -> dict[Name, TableShape]:
    """Columns, primary key and whole definition of each base table."""
    columns: dict[Name, list[Column]] = {name: [] for name in table_names(connection)}
    collations: dict[Name, list[tuple[str, str, str | None]]] = {name: [] for name in columns}
    for schema, table, name, data_type, column_type, charset, collation in texts(
        connection,
        "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, "
        "CHARACTER_SET_NAME, COLLATION_NAME "
        f"FROM information_schema.COLUMNS WHERE TABLE_SCHEMA {NOT_SYSTEM} "
        "ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION",
    ):
        at = (str(schema), str(table))
        if at in columns:  # views have columns too
            column = column_of(str(name), str(data_type), str(column_type), charset or "")
            columns[at].append(column)
            collations[at].append((column.name, column.type, collation))
    keys: dict[Name, list[str]] = {}
    for schema, table, name in texts(
        connection,
        "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM information_schema.STATISTICS "
        f"WHERE INDEX_NAME = 'PRIMARY' AND TABLE_SCHEMA {NOT_SYSTEM} "
        "ORDER BY TABLE_SCHEMA, TABLE_NAME, SEQ_IN_INDEX",
    ):
        keys.setdefault((str(schema), str(table)), []).append(str(name))
    return {
        name: TableShape(
            tuple(cols),
            tuple(keys.get(name, ())),
            with_collations(_definition(connection, name), collations[name]),
            ".".join(map(quoted, name)),
        )
        for name, cols in columns.items()
    }


def _definition(connection: Connection[Any], name: Name) -> Properties:
    qualified = ".".join(quoted(part) for part in name)
    ((_, statement),) = texts(connection, f"SHOW CREATE TABLE {qualified}")
    return definition(str(statement))
