"""Rights of MySQL accounts: as they are stored in its tables, and as the server applies them.

The server reads the tables when it starts and at FLUSH PRIVILEGES only.  A restore that writes
them row by row leaves both apart, so both are read and what one of them lacks is said.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_kanister._data.workloads.mysql.catalogue import records
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pymysql.connections import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["CLASSES", "Right", "account", "in_force", "restricted", "rights", "stored"]

CLASSES = (
    "global grant",
    "schema grant",
    "table grant",
    "column grant",
    "routine grant",
    "proxy grant",
    "role grant",
    "partial revoke",
)

GRANTED = "granted"
WITH_OPTION = "granted, with grant option"
WITH_ADMIN = "granted, with admin option"
ONLY_STORED = "stored, but not in force before FLUSH PRIVILEGES"
ONLY_IN_FORCE = "in force, but not stored: gone after FLUSH PRIVILEGES"


class Right(NamedTuple):
    """One privilege on one object for one account."""

    kind: str
    """One of `CLASSES`."""
    on: str
    """`d.t`; empty: the whole server."""
    account: str
    privilege: str
    value: str = GRANTED


def account(user: str, host: str) -> str:
    """`'app'@'%'`, as MySQL writes it."""
    return f"'{user}'@'{host}'"


def rights(stored: Iterable[Right], in_force: Iterable[Right]) -> dict[str, dict[Name, Properties]]:
    """Both as inventory: a grant's properties are its privileges."""
    kept, active = set(stored), set(in_force)
    found: dict[str, dict[Name, Properties]] = {kind: {} for kind in CLASSES}
    for right in sorted(kept | active):
        name = f"{right.on} to {right.account}" if right.on else f"to {right.account}"
        value = (
            right.value
            if right in kept and right in active
            else ONLY_STORED
            if right in kept
            else ONLY_IN_FORCE
        )
        properties = found[right.kind].setdefault((name,), {})
        # Stored with the option and in force without it are two rights of one name.
        before = properties.get(right.privilege)
        properties[right.privilege] = f"{before}; {right.value}, {value}" if before else value
    return found


# --- stored -------------------------------------------------------------------------------------

_COLUMN_WORDS = {
    "Show_db_priv": "SHOW DATABASES",
    "Create_tmp_table_priv": "CREATE TEMPORARY TABLES",
    "Repl_slave_priv": "REPLICATION SLAVE",
    "Repl_client_priv": "REPLICATION CLIENT",
    "Grant_priv": "GRANT OPTION",
}
_OPTION = "GRANT OPTION"
_SET_WORDS = {"Grant": _OPTION, "Delete versioning rows": "DELETE HISTORY"}


def stored(connection: Connection[Any], users: Iterable[Mapping[str, str]]) -> Iterator[Right]:
    """From the tables of the database `mysql`; `users`: the rows of mysql.user."""
    for row in users:
        who = account(row["User"], row["Host"])
        yield from (Right("global grant", "", who, word) for word in _yes(row))
        yield from restricted(row, who)
    for row in records(connection, "global_grants"):
        value = WITH_OPTION if row["WITH_GRANT_OPTION"] == "Y" else GRANTED
        who = account(row["USER"], row["HOST"])
        yield Right("global grant", "", who, row["PRIV"], value)
    yield from stored_on_objects(connection)
    for row in records(connection, "role_edges"):
        value = WITH_ADMIN if row["WITH_ADMIN_OPTION"] == "Y" else GRANTED
        who = account(row["TO_USER"], row["TO_HOST"])
        role = account(row["FROM_USER"], row["FROM_HOST"])
        yield Right("role grant", role, who, "ROLE", value)


def stored_on_objects(connection: Connection[Any]) -> Iterator[Right]:
    """From the tables that MySQL and MariaDB share: all but global rights and roles."""
    for row in records(connection, "db"):
        who = account(row["User"], row["Host"])
        yield from (Right("schema grant", row["Db"], who, word) for word in _yes(row))
    for row in records(connection, "tables_priv"):
        who, table = account(row["User"], row["Host"]), f"{row['Db']}.{row['Table_name']}"
        yield from (Right("table grant", table, who, word) for word in _set(row["Table_priv"]))
    for row in records(connection, "columns_priv"):
        who = account(row["User"], row["Host"])
        column = f"{row['Db']}.{row['Table_name']}.{row['Column_name']}"
        yield from (Right("column grant", column, who, word) for word in _set(row["Column_priv"]))
    for row in records(connection, "procs_priv"):
        who = account(row["User"], row["Host"])
        routine = f"{row['Routine_type'].lower()} {row['Db']}.{row['Routine_name']}"
        yield from (Right("routine grant", routine, who, word) for word in _set(row["Proc_priv"]))
    for row in records(connection, "proxies_priv"):
        value = WITH_OPTION if row["With_grant"] == "1" else GRANTED
        who = account(row["User"], row["Host"])
        other = account(row["Proxied_user"], row["Proxied_host"])
        yield Right("proxy grant", other, who, "PROXY", value)


def restricted(row: Mapping[str, str], who: str) -> Iterator[Right]:
    """Partial revokes, which MySQL keeps in the account's attributes."""
    attributes = json.loads(row.get("User_attributes") or "{}")
    for entry in attributes.get("Restrictions", []):
        for privilege in entry["Privileges"]:
            yield Right("partial revoke", entry["Database"], who, privilege.upper(), "revoked")


def _yes(row: Mapping[str, str]) -> Iterator[str]:
    for column, value in row.items():
        if column.endswith("_priv") and value == "Y":
            stem = column.removesuffix("_priv").replace("_", " ").upper()
            yield _COLUMN_WORDS.get(column, stem)


def _set(text: str) -> Iterator[str]:
    for word in filter(None, text.split(",")):
        yield _SET_WORDS.get(word, word.upper())


# --- in force -----------------------------------------------------------------------------------

_NAME = r"`((?:[^`]|``)*)`"
_ACCOUNT = rf"{_NAME}@{_NAME}"
_TAIL = re.compile(rf" (?:TO|FROM) {_ACCOUNT}(?: WITH (GRANT|ADMIN) OPTION)?$")
_ROLES = re.compile(rf"GRANT ({_ACCOUNT}(?:,{_ACCOUNT})*)$")
_PROXY = re.compile(rf"GRANT PROXY ON {_ACCOUNT}$")
_PROGRAM = "PROCEDURE|FUNCTION|LIBRARY|PACKAGE BODY|PACKAGE"
_ON = re.compile(
    rf"(GRANT|REVOKE) (.*) ON (?:({_PROGRAM}) )?(\*|{_NAME})\.(\*|{_NAME})$",
    re.DOTALL,
)
_PRIVILEGE = re.compile(rf"([A-Z_ ]+?)(?: \(({_NAME}(?:, {_NAME})*)\))?(?:, ?|$)")

_ALL_OF_TABLE = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER",
    "CREATE VIEW", "SHOW VIEW", "TRIGGER",
)  # fmt: skip
ALL = {
    "table grant": _ALL_OF_TABLE,
    "schema grant": (
        *_ALL_OF_TABLE, "CREATE TEMPORARY TABLES", "LOCK TABLES", "CREATE ROUTINE",
        "ALTER ROUTINE", "EXECUTE", "EVENT",
    ),
    "routine grant": ("EXECUTE", "ALTER ROUTINE"),
    "global grant": ("ALL PRIVILEGES",),  # MySQL lists each
}  # fmt: skip
"""What ALL PRIVILEGES stands for."""


def in_force(
    who: str, statements: Iterable[str], every: Mapping[str, Iterable[str]] = ALL
) -> Iterator[Right]:
    """From the lines of SHOW GRANTS for the account `who`.

    Args:
        who: see `account`.
        statements: the lines.
        every: what ALL PRIVILEGES stands for, by class.

    Raises:
        Unverified: a line of a shape that no release so far has written.
    """
    for statement in statements:
        tail = _TAIL.search(statement)
        if tail is None:
            raise _unknown(statement)
        head, option = statement[: tail.start()], tail[3]
        if roles := _ROLES.match(head):
            value = WITH_ADMIN if option == "ADMIN" else GRANTED
            for user, host in re.findall(_ACCOUNT, roles[1]):
                role = account(_plain(user), _plain(host))
                yield Right("role grant", role, who, "ROLE", value)
        elif proxy := _PROXY.match(head):
            other = account(_plain(proxy[1]), _plain(proxy[2]))
            yield Right("proxy grant", other, who, "PROXY", WITH_OPTION if option else GRANTED)
        else:
            yield from _on_object(head, who, every, with_option=option is not None)


def _on_object(
    head: str, who: str, every: Mapping[str, Iterable[str]], *, with_option: bool
) -> Iterator[Right]:
    match = _ON.match(head)
    if match is None:
        raise _unknown(head)
    verb, words, routine, first, schema, second, thing = match.groups()
    found = list(_privileges(words))
    if verb == "REVOKE":
        yield from (
            Right("partial revoke", _plain(schema), who, word, "revoked") for word, _ in found
        )
        return
    if first == "*":
        # Privileges with a `_` are dynamic and have an option each, the others share one.
        dynamic = any("_" in word for word, _ in found)
        value = WITH_OPTION if dynamic and with_option else GRANTED
        for word, _ in found:
            for each in every["global grant"] if word == "ALL PRIVILEGES" else (word,):
                if each != "USAGE":
                    yield Right("global grant", "", who, each, value)
        if with_option and not dynamic:
            yield Right("global grant", "", who, _OPTION)
        return
    if second == "*":
        kind, on = "schema grant", _plain(schema)
    elif routine:
        kind, on = "routine grant", f"{routine.lower()} {_plain(schema)}.{_plain(thing)}"
    else:
        kind, on = "table grant", f"{_plain(schema)}.{_plain(thing)}"
    for word, columns in found:
        for column in columns:
            yield Right("column grant", f"{on}.{column}", who, word)
        if not columns:
            for each in every[kind] if word == "ALL PRIVILEGES" else (word,):
                if each != "USAGE":
                    yield Right(kind, on, who, each)
    if with_option:
        yield Right(kind, on, who, _OPTION)


def _privileges(words: str) -> Iterator[tuple[str, list[str]]]:
    for match in _PRIVILEGE.finditer(words):
        columns = re.findall(_NAME, match[2]) if match[2] else []
        yield match[1], [_plain(column) for column in columns]


def _unknown(statement: str) -> Unverified:
    return Unverified(f"a grant of a shape that cannot be compared: {statement}")


def _plain(name: str) -> str:
    return name.replace("``", "`")
