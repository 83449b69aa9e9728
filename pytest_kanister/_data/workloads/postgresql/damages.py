"""Ways to destroy data, each looked at afterwards: damage that did nothing proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.damaging import a_text, counted, the_only
from pytest_kanister._data.workloads.postgresql.connection import quoted, rows_of
from pytest_kanister._data.workloads.postgresql.server import databases
from pytest_kanister._data.workloads.postgresql.tables import table_names
from pytest_kanister.errors import HarnessBug, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from psycopg import Connection

    Connect = Callable[[str], AbstractContextManager[Connection[Any]]]

__all__ = ["DAMAGES", "OF_THE_POD", "count_rows", "do_damage"]

OF_THE_POD = ("emptyServer", "sql", "wipeVolume")
"""Damages that need more than connections: see `workload`."""

_Table = tuple[str, str, str]
"""Database, schema, table."""


def do_damage(connect: Connect, how: Mapping[str, Any]) -> str:
    """Does exactly one damage; what was done, in words.

    Raises:
        UsageProblem: no such damage, or there is nothing that it could hit.
    """
    kind, argument = the_only("PostgreSQL", sorted([*DAMAGES, *OF_THE_POD]), how)
    return DAMAGES[kind](connect, argument)


def count_rows(connect: Connect, database: str | None = None) -> int:
    """Rows of all tables, or of one database's."""
    with connect("postgres") as connection:
        names = [name for name, allowed in databases(connection) if allowed]
    total = 0
    for name in names:
        if database in (None, name):
            with connect(name) as connection:
                for table in table_names(connection):
                    total += _count_of(connection, table)
    return total


def _drop(connect: Connect, argument: Any) -> str:
    database = a_text("drop", argument, "a database's name")
    with connect("postgres") as connection:
        if database not in _names(connection):
            raise UsageProblem(f"damage drop: there is no database {database!r}")
    with connect(database) as connection:
        tables = len(table_names(connection))
    rows = count_rows(connect, database)
    with connect("postgres") as connection:
        rows_of(connection, f"DROP DATABASE {quoted(database)} WITH (FORCE)")
        if database in _names(connection):
            raise HarnessBug(f"the database {database} is still there after DROP DATABASE")
    return f"dropped database {database} ({counted(tables, 'table')}, {counted(rows, 'row')})"


def _drop_table(connect: Connect, argument: Any) -> str:
    database, *name = _table("dropTable", argument)
    with connect(database) as connection:
        _require(connection, "dropTable", argument, name)
        rows = _count_of(connection, name)
        rows_of(connection, f"DROP TABLE {quoted(*name)} CASCADE")
        if tuple(name) in table_names(connection):
            raise HarnessBug(f"the table {argument} is still there after DROP TABLE")
    return f"dropped table {argument} ({counted(rows, 'row')})"


def _delete_rows(connect: Connect, argument: Any) -> str:
    if not isinstance(argument, dict) or set(argument) != {"table", "where"}:
        raise UsageProblem(
            "damage deleteRows: expected {table: database.schema.table, where: condition}, "
            f"found {argument!r}"
        )
    where = a_text("deleteRows where", argument["where"], "a condition in SQL")
    database, *name = _table("deleteRows", argument["table"])
    with connect(database) as connection:
        _require(connection, "deleteRows", argument["table"], name)
        gone = rows_of(connection, f"DELETE FROM {quoted(*name)} WHERE {where} RETURNING 1")
    if not gone:
        raise UsageProblem(f"damage deleteRows: no row of {argument['table']} has {where}")
    return f"deleted {counted(len(gone), 'row')} of {argument['table']} where {where}"


def _change_rows(connect: Connect, argument: Any) -> str:
    if not isinstance(argument, dict) or set(argument) != {"table", "set", "where"}:
        raise UsageProblem(
            "damage changeRows: expected {table: database.schema.table, set: assignments, where: "
            f"condition}}, found {argument!r}"
        )
    what = a_text("changeRows set", argument["set"], "assignments in SQL")
    where = a_text("changeRows where", argument["where"], "a condition in SQL")
    database, *name = _table("changeRows", argument["table"])
    with connect(database) as connection:
        _require(connection, "changeRows", argument["table"], name)
        # PostgreSQL counts rows that are written, the same or not: they are looked at.
        content = f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {quoted(*name)} AS t"
        before = rows_of(connection, content)
        hit = rows_of(connection, f"UPDATE {quoted(*name)} SET {what} WHERE {where} RETURNING 1")
        if not hit or rows_of(connection, content) == before:
            raise UsageProblem(
                f"damage changeRows: no row of {argument['table']} with {where} is changed by "
                f"{what}"
            )
    return f"changed {counted(len(hit), 'row')} of {argument['table']} where {where}: {what}"


def _drop_role(connect: Connect, argument: Any) -> str:
    role = a_text("dropRole", argument, "a role's name")
    with connect("postgres") as connection:
        if not rows_of(connection, "SELECT FROM pg_roles WHERE rolname = %s", (role,)):
            raise UsageProblem(f"damage dropRole: there is no role {role!r}")
        names = _names(connection)
    for database in names:
        with connect(database) as connection:
            # What it owns outlives it, as in a real accident its databases do.
            rows_of(
                connection,
                f"REASSIGN OWNED BY {quoted(role)} TO CURRENT_USER; DROP OWNED BY {quoted(role)}",
            )
    with connect("postgres") as connection:
        rows_of(connection, f"DROP ROLE {quoted(role)}")
    return f"dropped role {role}"


DAMAGES: dict[str, Callable[[Connect, Any], str]] = {
    "changeRows": _change_rows,
    "deleteRows": _delete_rows,
    "drop": _drop,
    "dropRole": _drop_role,
    "dropTable": _drop_table,
    "dropUser": _drop_role,
}
"""By the scenario's word."""


def _names(connection: Connection[Any]) -> list[str]:
    return [name for name, allowed in databases(connection) if allowed]


def _count_of(connection: Connection[Any], name: Any) -> int:
    ((count,),) = rows_of(connection, f"SELECT count(*) FROM ONLY {quoted(*name)}")
    return int(count)


def _table(damage: str, argument: Any) -> _Table:
    text = a_text(damage, argument, "database.schema.table")
    parts = text.split(".")
    if len(parts) == 2:
        return parts[0], "public", parts[1]
    if len(parts) != 3:
        raise UsageProblem(f"damage {damage}: expected database.schema.table, found {text!r}")
    return parts[0], parts[1], parts[2]


def _require(connection: Connection[Any], damage: str, argument: Any, name: list[str]) -> None:
    if tuple(name) not in table_names(connection):
        raise UsageProblem(f"damage {damage}: there is no table {argument!r}")
