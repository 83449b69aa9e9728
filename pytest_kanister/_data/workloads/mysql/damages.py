"""Ways to destroy data, each looked at afterwards: damage that did nothing proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.damaging import a_text, counted, the_only
from pytest_kanister._data.workloads.mysql.accounts import quoted_account
from pytest_kanister._data.workloads.mysql.columns import quoted
from pytest_kanister._data.workloads.mysql.connection import rows_of
from pytest_kanister._data.workloads.mysql.grants import account
from pytest_kanister._data.workloads.mysql.inspection import table_names
from pytest_kanister.errors import HarnessBug, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pymysql.connections import Connection

    from pytest_kanister._data.proof.snapshot import Name

__all__ = ["DAMAGES", "OF_THE_VOLUME", "count_rows", "do_damage"]

OF_THE_VOLUME = ("emptyServer", "wipeVolume")
"""Damages that no statement can do: see `volumes` of this package."""


def do_damage(connection: Connection[Any], how: Mapping[str, Any]) -> str:
    """Does exactly one damage; what was done, in words.

    Raises:
        UsageProblem: no such damage, or there is nothing that it could hit.
    """
    kind, argument = the_only("MySQL", sorted([*DAMAGES, *OF_THE_VOLUME]), how)
    return DAMAGES[kind](connection, argument)


def count_rows(connection: Connection[Any], database: str | None = None) -> int:
    """Rows of all base tables, or of one database's."""
    return sum(
        int(rows_of(connection, f"SELECT COUNT(*) FROM {_quoted(name)}")[0][0])
        for name in table_names(connection)
        if database in (None, name[0])
    )


def _drop(connection: Connection[Any], argument: Any) -> str:
    database = a_text("drop", argument, "a database's name")
    if not _has_database(connection, database):
        raise UsageProblem(f"damage drop: there is no database {database!r}")
    tables = sum(name[0] == database for name in table_names(connection))
    rows = count_rows(connection, database)
    rows_of(connection, f"DROP DATABASE {quoted(database)}")
    if _has_database(connection, database):
        raise HarnessBug(f"the database {database} is still there after DROP DATABASE")
    return f"dropped database {database} ({counted(tables, 'table')}, {counted(rows, 'row')})"


def _drop_table(connection: Connection[Any], argument: Any) -> str:
    name = _table(connection, "dropTable", argument)
    ((rows,),) = rows_of(connection, f"SELECT COUNT(*) FROM {_quoted(name)}")
    rows_of(connection, f"DROP TABLE {_quoted(name)}")
    if name in table_names(connection):
        raise HarnessBug(f"the table {'.'.join(name)} is still there after DROP TABLE")
    return f"dropped table {'.'.join(name)} ({counted(rows, 'row')})"


def _delete_rows(connection: Connection[Any], argument: Any) -> str:
    if not isinstance(argument, dict) or set(argument) != {"table", "where"}:
        raise UsageProblem(
            f"damage deleteRows: expected {{table: database.table, where: condition}}, "
            f"found {argument!r}"
        )
    name = _table(connection, "deleteRows", argument["table"])
    where = a_text("deleteRows where", argument["where"], "a condition in SQL")
    with connection.cursor() as cursor:
        count = cursor.execute(f"DELETE FROM {_quoted(name)} WHERE {where}")
    if not count:
        raise UsageProblem(f"damage deleteRows: no row of {'.'.join(name)} has {where}")
    return f"deleted {counted(count, 'row')} of {'.'.join(name)} where {where}"


def _change_rows(connection: Connection[Any], argument: Any) -> str:
    if not isinstance(argument, dict) or set(argument) != {"table", "set", "where"}:
        raise UsageProblem(
            "damage changeRows: expected {table: database.table, set: assignments, where: "
            f"condition}}, found {argument!r}"
        )
    name = _table(connection, "changeRows", argument["table"])
    what = a_text("changeRows set", argument["set"], "assignments in SQL")
    where = a_text("changeRows where", argument["where"], "a condition in SQL")
    with connection.cursor() as cursor:
        # The server counts rows that really are others now.
        count = cursor.execute(f"UPDATE {_quoted(name)} SET {what} WHERE {where}")
    if not count:
        raise UsageProblem(
            f"damage changeRows: no row of {'.'.join(name)} with {where} is changed by {what}"
        )
    return f"changed {counted(count, 'row')} of {'.'.join(name)} where {where}: {what}"


def _drop_user(connection: Connection[Any], argument: Any) -> str:
    text = a_text("dropUser", argument, "a user's name or 'user'@'host'")
    there = [(str(u), str(h)) for u, h in rows_of(connection, "SELECT User, Host FROM mysql.user")]
    found = [pair for pair in there if text in (pair[0], account(*pair))]
    if not found:
        raise UsageProblem(f"damage dropUser: there is no account {text!r}")
    names = [account(*pair) for pair in found]
    rows_of(connection, f"DROP USER {', '.join(map(quoted_account, names))}")
    return f"dropped user {', '.join(names)}"


def _sql(connection: Connection[Any], argument: Any) -> str:
    statement = a_text("sql", argument, "SQL statements")
    rows_of(connection, statement)
    return f"ran {' '.join(statement.split())}"


DAMAGES: dict[str, Callable[[Connection[Any], Any], str]] = {
    "changeRows": _change_rows,
    "drop": _drop,
    "dropTable": _drop_table,
    "dropUser": _drop_user,
    "deleteRows": _delete_rows,
    "sql": _sql,
}
"""By the scenario's word.  What `sql` does only a comparison of snapshots can tell."""


def _has_database(connection: Connection[Any], database: str) -> bool:
    # SHOW DATABASES compares by bytes; information_schema would by collation.
    return (database,) in rows_of(connection, "SHOW DATABASES")


def _table(connection: Connection[Any], damage: str, argument: Any) -> Name:
    text = a_text(damage, argument, "database.table")
    database, dot, table = text.partition(".")
    if not dot:
        raise UsageProblem(f"damage {damage}: expected database.table, found {text!r}")
    if (database, table) not in table_names(connection):
        raise UsageProblem(f"damage {damage}: there is no table {text!r}")
    return database, table


def _quoted(name: Name) -> str:
    return ".".join(quoted(part) for part in name)
