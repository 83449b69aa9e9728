"""Who may log in to a MariaDB server, what with, and what each may do.

MariaDB keeps an account as a JSON text in mysql.global_priv.  What authenticates it is never
kept, only a fingerprint (see `mysql.accounts`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.mariadb.grants import GLOBAL, in_force, stored
from pytest_kanister._data.workloads.mysql.accounts import (
    NOT_STORED,
    UNKNOWN,
    agreement,
    fingerprint,
    quoted_account,
)
from pytest_kanister._data.workloads.mysql.catalogue import records, texts
from pytest_kanister._data.workloads.mysql.grants import Right, account, rights

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pymysql.connections import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["accounts"]

_SERVERS_OWN = frozenset({account("mariadb.sys", "localhost"), account("PUBLIC", "")})

# Not properties of their own: rights, secrets, the release that wrote the row, when a password
# was set, which role is on at login.
_APART = frozenset(
    {"access", "authentication_string", "auth_or", "version_id", "password_last_changed",
     "default_role"}
)  # fmt: skip


def accounts(connection: Connection[Any]) -> dict[str, dict[Name, Properties]]:
    """Users, roles, default roles and every grant, by class and name.

    Args:
        connection: a raw one of an account that may read the database `mysql`; its sql_mode is
            empty.
    """
    rows = {
        who: json.loads(row["Priv"])
        for row in records(connection, "global_priv")
        if (who := account(row["User"], row["Host"])) not in _SERVERS_OWN
    }
    roles = {who for who, row in rows.items() if row.get("is_role")}
    known = {
        str(who)
        for (who,) in texts(
            connection, "SELECT DISTINCT GRANTEE FROM information_schema.USER_PRIVILEGES"
        )
    }
    found: dict[str, dict[Name, Properties]] = {"user": {}, "role": {}, "default role": {}}
    active: list[Right] = []
    for who, row in rows.items():
        found["role" if who in roles else "user"][who,] = _properties(row)
        if role := row.get("default_role"):
            found["default role"][f"{account(role, '')} of {who}",] = {}
    for who in sorted((known | roles) - _SERVERS_OWN):
        try:
            lines = _grants(connection, who)
        except _refused():
            continue  # a role that is stored, but not known
        known.add(who)
        active += in_force(who, lines)
        if who not in rows:
            found["user"][who,] = {"stored": NOT_STORED}
        elif who not in roles:
            found["user"][who,]["in force"] = _agreement(connection, who, rows[who])
    for who in rows:
        if who not in known:
            found["role" if who in roles else "user"][who,]["in force"] = UNKNOWN
        elif who in roles:
            found["role"][who,]["in force"] = "yes"
    own = [r for r in [*_stored(rows), *stored(connection)] if r.account not in _SERVERS_OWN]
    # Of an account that the server does not know, that is said once, not for each right again.
    active += (right for right in own if right.account not in known)
    return found | rights(own, active)


def _grants(connection: Connection[Any], who: str) -> list[str]:
    # A role has no host, not even an empty one.
    grantee = quoted_account(who).removesuffix("@''")
    return [str(line) for (line,) in texts(connection, f"SHOW GRANTS FOR {grantee}")]


def _refused() -> type[Exception]:
    from pymysql.err import MySQLError

    return MySQLError


def _stored(rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Right]:
    for who, row in rows.items():
        for bit, word in enumerate(GLOBAL):
            if int(row.get("access", 0)) >> bit & 1:
                yield Right("global grant", "", who, word)
        if rest := int(row.get("access", 0)) >> len(GLOBAL):
            yield Right("global grant", "", who, f"bits {rest:b} above {GLOBAL[-1]}")


def _properties(row: Mapping[str, Any]) -> Properties:
    found = {
        name.replace("_", " "): value if isinstance(value, str) else json.dumps(value)
        for name, value in row.items()
        if name not in _APART
    }
    if not row.get("is_role"):
        found["password"] = fingerprint(str(row.get("authentication_string", "")))
    if others := row.get("auth_or"):
        plugins = [str(other.get("plugin", row.get("plugin"))) for other in others]
        found["ways to log in"] = " or ".join(plugins)
        found["passwords"] = fingerprint(json.dumps(others, sort_keys=True))
    return found


_PLAIN = re.compile(r" IDENTIFIED BY PASSWORD '([^']*)'")
_VIA = re.compile(r" IDENTIFIED VIA (\w+)(?: USING '([^']*)')?")


def _agreement(connection: Connection[Any], who: str, row: Mapping[str, Any]) -> str:
    """Whether a login is judged by what is stored: see `mysql.accounts.agreement`."""
    statement = f"SHOW CREATE USER {quoted_account(who)}"
    created = "".join(str(text) for (text,) in texts(connection, statement))
    plain, via = _PLAIN.search(created), _VIA.search(created)
    ways = row.get("auth_or") or [{}]
    first = {**row, **ways[0]}
    plugin = via[1] if via else "mysql_native_password"
    secret = (plain[1] if plain else via[2] if via else "") or ""
    locked = " ACCOUNT LOCK" in created
    expired = re.search(r" PASSWORD EXPIRE(?! INTERVAL| NEVER| DEFAULT)", created) is not None
    return agreement(
        {
            "plugin": plugin == first.get("plugin"),
            "password": secret == first.get("authentication_string", ""),
            "account locked": locked == bool(row.get("account_locked")),
            "password expired": expired == (row.get("password_last_changed") == 0),
        }
    )
