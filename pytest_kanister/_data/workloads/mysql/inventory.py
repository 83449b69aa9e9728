"""Everything on a MySQL server that is neither table nor account, read from its own catalogue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_kanister._data.workloads.mysql.catalogue import texts
from pytest_kanister._data.workloads.mysql.columns import quoted
from pytest_kanister._data.workloads.mysql.inspection import NOT_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pymysql.connections import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["MYSQL", "ROUTINE", "Listing", "inventory", "refusal"]


class Listing(NamedTuple):
    """One class of the inventory: where it is listed and under which names."""

    kind: str
    source: str
    schema: str
    name: str
    properties: tuple[str, ...]
    condition: str = "TRUE"


ROUTINE = (
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

DATABASE = ("DEFAULT_CHARACTER_SET_NAME", "DEFAULT_COLLATION_NAME")

# Only columns that a faithful copy has too: no times of creation, no statistics.
SHARED = (
    Listing(
        "view",
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
    Listing(
        "trigger",
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
    *(
        Listing(
            kind,
            "ROUTINES",
            "ROUTINE_SCHEMA",
            "ROUTINE_NAME",
            ROUTINE,
            f"ROUTINE_TYPE = '{kind.upper()}'",
        )
        for kind in ("procedure", "function")
    ),
    Listing(
        "event",
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
            "CHARACTER_SET_CLIENT",
            "COLLATION_CONNECTION",
        ),
    ),
)

MYSQL = (
    Listing("database", "SCHEMATA", "SCHEMA_NAME", "", (*DATABASE, "DEFAULT_ENCRYPTION")),
    *SHARED,
)


def inventory(
    connection: Connection[Any], listings: Sequence[Listing] = MYSQL
) -> dict[str, dict[Name, Properties]]:
    """Databases, views, triggers, programs and broken foreign keys, by class and qualified name."""
    found = {listing.kind: _listed(connection, listing) for listing in listings}
    for (kind, name), parameters in _parameters(connection).items():
        found[kind][name]["parameters"] = ", ".join(parameters)
    for name, properties in found["view"].items():
        properties |= _view(connection, name)
    found["orphaned key"] = _orphans(connection)
    return found


def refusal(error: Exception) -> str:
    """`error 1449: The user specified as …` of a driver's exception."""
    code, text = (*error.args, "", "")[:2]
    return f"error {code}: {text}"


def _listed(connection: Connection[Any], listing: Listing) -> dict[Name, Properties]:
    names = [listing.schema, *([listing.name] if listing.name else [])]
    wanted = ", ".join([*names, *listing.properties])
    found: dict[Name, Properties] = {}
    for row in texts(
        connection,
        f"SELECT {wanted} FROM information_schema.{listing.source} "
        f"WHERE {listing.schema} {NOT_SYSTEM} AND {listing.condition}",
    ):
        values = zip(listing.properties, row[len(names) :], strict=True)
        found[tuple(str(cell) for cell in row[: len(names)])] = {
            name.lower().replace("_", " "): text for name, text in values if text is not None
        }
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


# --- views --------------------------------------------------------------------------------------

_ALGORITHM = re.compile(r"^CREATE ALGORITHM=(\w+) ")


def _view(connection: Connection[Any], name: Name) -> Properties:
    """What information_schema does not say: whether it can be selected, and its algorithm.

    A definer that is no more, or has lost a right, is noticed by nobody until somebody selects.
    """
    from pymysql.err import MySQLError

    view = ".".join(map(quoted, name))
    found: Properties = {}
    try:
        ((_, statement, *_),) = texts(connection, f"SHOW CREATE VIEW {view}")
        if match := _ALGORITHM.match(str(statement)):
            found["algorithm"] = match[1]
        list(texts(connection, f"SELECT 1 FROM {view} LIMIT 0"))
    except MySQLError as error:
        return found | {"can be selected": f"no: {refusal(error)}"}
    return found | {"can be selected": "yes"}


# --- foreign keys -------------------------------------------------------------------------------


def _orphans(connection: Connection[Any]) -> dict[Name, Properties]:
    """Foreign keys with rows that have no parent, which a load with checks off lets in."""
    from pymysql.err import MySQLError

    columns: dict[Name, list[tuple[str, ...]]] = {}
    for schema, table, constraint, *pair in texts(
        connection,
        "SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, "
        "REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME "
        "FROM information_schema.KEY_COLUMN_USAGE "
        f"WHERE REFERENCED_TABLE_NAME IS NOT NULL AND TABLE_SCHEMA {NOT_SYSTEM} "
        "ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION",
    ):
        key: Name = (str(schema), str(table), str(constraint))
        columns.setdefault(key, []).append(tuple(map(str, pair)))
    found: dict[Name, Properties] = {}
    for name, pairs in columns.items():
        try:
            ((rows,),) = texts(connection, _without_parent(name, pairs))
        except MySQLError as error:
            found[name] = {"rows without a parent": f"not counted: {refusal(error)}"}
        else:
            if rows != "0":
                found[name] = {"rows without a parent": str(rows)}
    return found


def _without_parent(name: Name, pairs: Iterable[tuple[str, ...]]) -> str:
    """A row whose key is NULL in any column needs no parent."""
    pairs = list(pairs)
    _, schema, table, _ = pairs[0]
    same = " AND ".join(f"child.{quoted(own)} = parent.{quoted(its)}" for own, _, _, its in pairs)
    filled = " AND ".join(f"child.{quoted(own)} IS NOT NULL" for own, *_ in pairs)
    return (
        f"SELECT COUNT(*) FROM {'.'.join(map(quoted, name[:2]))} AS child WHERE {filled} "
        f"AND NOT EXISTS (SELECT 1 FROM {quoted(schema)}.{quoted(table)} AS parent WHERE {same})"
    )
