"""What a MySQL server contains, read from its own catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_kanister._data.workloads.mysql.catalogue import texts
from pytest_kanister._data.workloads.mysql.columns import column_of, quoted
from pytest_kanister._data.workloads.mysql.definition import definition, with_collations

if TYPE_CHECKING:
    from pymysql.connections import Connection

    from pytest_kanister._data.proof.canonical import Column
    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["NOT_SYSTEM", "TableShape", "inventory", "table_names", "table_shapes"]

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


class _Listing(NamedTuple):
    """One class of the inventory: where it is listed and under which names."""

    source: str
    schema: str
    name: str
    properties: tuple[str, ...]
    condition: str = "TRUE"


_ROUTINE = (
    "ROUTINE_DEFINITION",
    "IS_DETERMINISTIC",
    "SQL_DATA_ACCESS",
    "SECURITY_TYPE",
    "SQL_MODE",
    "DEFINER",
    "ROUTINE_COMMENT",
    "CHARACTER_SET_CLIENT",
    "COLLATION_CONNECTION",
    "DATABASE_COLLATION",
)

# By class of the inventory.  Only columns that a faithful copy has too: no times of creation,
# no statistics.
_LISTINGS = {
    "database": _Listing(
        "SCHEMATA",
        "SCHEMA_NAME",
        "",
        ("DEFAULT_CHARACTER_SET_NAME", "DEFAULT_COLLATION_NAME", "DEFAULT_ENCRYPTION"),
    ),
    "view": _Listing(
        "VIEWS",
        "TABLE_SCHEMA",
        "TABLE_NAME",
        (
            "VIEW_DEFINITION",
            "CHECK_OPTION",
            "DEFINER",
            "SECURITY_TYPE",
            "CHARACTER_SET_CLIENT",
            "COLLATION_CONNECTION",
        ),
    ),
    "trigger": _Listing(
        "TRIGGERS",
        "TRIGGER_SCHEMA",
        "TRIGGER_NAME",
        (
            "EVENT_OBJECT_TABLE",
            "ACTION_TIMING",
            "EVENT_MANIPULATION",
            "ACTION_ORDER",
            "ACTION_STATEMENT",
            "SQL_MODE",
            "DEFINER",
            "CHARACTER_SET_CLIENT",
            "COLLATION_CONNECTION",
        ),
    ),
    "procedure": _Listing(
        "ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", _ROUTINE, "ROUTINE_TYPE = 'PROCEDURE'"
    ),
    "function": _Listing(
        "ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", _ROUTINE, "ROUTINE_TYPE = 'FUNCTION'"
    ),
    "event": _Listing(
        "EVENTS",
        "EVENT_SCHEMA",
        "EVENT_NAME",
        (
            "EVENT_DEFINITION",
            "EVENT_TYPE",
            "EXECUTE_AT",
            "INTERVAL_VALUE",
            "INTERVAL_FIELD",
            "STARTS",
            "ENDS",
            "STATUS",
            "ON_COMPLETION",
            "TIME_ZONE",
            "SQL_MODE",
            "DEFINER",
            "EVENT_COMMENT",
        ),
    ),
}


_MYSQL_ONLY = ("DEFAULT_ENCRYPTION",)


def inventory(
    connection: Connection[Any], *, is_mariadb: bool = False
) -> dict[str, dict[Name, Properties]]:
    """Databases, views, triggers, routines and events, by class and qualified name."""
    found: dict[str, dict[Name, Properties]] = {}
    for kind, listing in _LISTINGS.items():
        names = [listing.schema, *([listing.name] if listing.name else [])]
        properties = [p for p in listing.properties if not (is_mariadb and p in _MYSQL_ONLY)]
        wanted = ", ".join([*names, *properties])
        found[kind] = {}
        for row in texts(
            connection,
            f"SELECT {wanted} FROM information_schema.{listing.source} "
            f"WHERE {listing.schema} {NOT_SYSTEM} AND {listing.condition}",
        ):
            values = zip(properties, row[len(names) :], strict=True)
            found[kind][tuple(str(cell) for cell in row[: len(names)])] = {
                name.lower().replace("_", " "): text for name, text in values if text is not None
            }
    for (kind, name), parameters in _parameters(connection).items():
        found[kind][name]["parameters"] = ", ".join(parameters)
    return found


def _parameters(connection: Connection[Any]) -> dict[tuple[str, Name], list[str]]:
    """Of routines, in order; a function's result is the first and has no name."""
    found: dict[tuple[str, Name], list[str]] = {}
    for kind, schema, routine, *words in texts(
        connection,
        "SELECT LOWER(ROUTINE_TYPE), SPECIFIC_SCHEMA, SPECIFIC_NAME, PARAMETER_MODE, "
        "PARAMETER_NAME, DTD_IDENTIFIER, CHARACTER_SET_NAME, COLLATION_NAME "
        f"FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA {NOT_SYSTEM} "
        "ORDER BY SPECIFIC_SCHEMA, SPECIFIC_NAME, ROUTINE_TYPE, ORDINAL_POSITION",
    ):
        key = (str(kind), (str(schema), str(routine)))
        found.setdefault(key, []).append(" ".join(word for word in words if word is not None))
    return found


def table_names(connection: Connection[Any]) -> list[Name]:
    """Base tables of all databases that are not the server's own."""
    rows = texts(
        connection,
        "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
        f"WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA {NOT_SYSTEM} ORDER BY 1, 2",
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
