"""Who may log in to a MySQL server, and what with.

What authenticates an account is never kept, only a fingerprint: whoever reads a snapshot or a
difference learns whether it is the same, not what it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.mysql.catalogue import records, texts
from pytest_kanister._data.workloads.mysql.grants import Right, account, in_force, rights, stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymysql.connections import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = [
    "NOT_STORED",
    "UNKNOWN",
    "accounts",
    "agreement",
    "fingerprint",
    "quoted_account",
]

_SERVERS_OWN = frozenset(
    account(user, "localhost") for user in ("mysql.infoschema", "mysql.session", "mysql.sys")
)

# Columns of mysql.user that are not properties of their own: who it is, rights (see `grants`),
# what is a secret, and when a password was set, which a faithful copy made by statements lacks.
_APART = ("Host", "User", "authentication_string", "password_last_changed", "User_attributes")

# Attributes whose text is no secret; any other is reduced to a fingerprint.
_SHOWN_ATTRIBUTES = ("metadata", "Password_locking")

NOT_STORED = "no; it is still in force, until FLUSH PRIVILEGES"
UNKNOWN = "no: it is stored, but the server does not know it before FLUSH PRIVILEGES"


def accounts(connection: Connection[Any]) -> dict[str, dict[Name, Properties]]:
    """Users, roles, default roles and every grant, by class and name.

    Args:
        connection: a raw one of an account that may read the database `mysql`.
    """
    rows = {
        who: row
        for row in records(connection, "user")
        if (who := account(row["User"], row["Host"])) not in _SERVERS_OWN
    }
    known = {
        str(who)
        for (who,) in texts(
            connection, "SELECT DISTINCT GRANTEE FROM information_schema.USER_PRIVILEGES"
        )
    } - _SERVERS_OWN
    found: dict[str, dict[Name, Properties]] = {"user": {}, "role": {}, "default role": {}}
    active: list[Right] = []
    # Hexadecimal, as the bytes of a salt are no text.
    with connection.cursor() as cursor:
        cursor.execute("SET print_identified_with_as_hex = ON")
    for who, row in rows.items():
        found[_kind(row)][who,] = {**_properties(row), "in force": UNKNOWN}
    for who in sorted(known):
        quoted = quoted_account(who)
        ((created,),) = texts(connection, f"SHOW CREATE USER {quoted}")
        if who in rows:
            found[_kind(rows[who])][who,]["in force"] = _agreement(rows[who], str(created))
        else:
            found["user"][who,] = {"stored": NOT_STORED}
        lines = [str(line) for (line,) in texts(connection, f"SHOW GRANTS FOR {quoted}")]
        active += in_force(who, lines)
    for row in records(connection, "default_roles"):
        role = account(row["DEFAULT_ROLE_USER"], row["DEFAULT_ROLE_HOST"])
        found["default role"][f"{role} of {account(row['USER'], row['HOST'])}",] = {}
    own = [
        right for right in stored(connection, rows.values()) if right.account not in _SERVERS_OWN
    ]
    # Of an account that the server does not know, that is said once, not for each right again.
    active += (right for right in own if right.account not in known)
    return found | rights(own, active)


def _kind(row: Mapping[str, str]) -> str:
    """CREATE ROLE makes an account that nobody can log in with; there is no other mark."""
    locked = row["account_locked"] == row["password_expired"] == "Y"
    return "role" if locked and not row["authentication_string"] else "user"


def _properties(row: Mapping[str, str]) -> Properties:
    found = {
        column.replace("_", " "): value
        for column, value in row.items()
        if not (column in _APART or column.endswith("_priv"))
    }
    found["password"] = fingerprint(row["authentication_string"])
    for name, value in json.loads(row.get("User_attributes") or "{}").items():
        if name != "Restrictions":  # a right: see `grants.restricted`
            text = json.dumps(value, sort_keys=True, ensure_ascii=False)
            found[f"attribute {name}"] = text if name in _SHOWN_ATTRIBUTES else fingerprint(text)
    return found


def fingerprint(secret: str) -> str:
    """Of a stored secret, itself the engine's own salted hash in all its newer plugins."""
    if not secret:
        return "none"
    raw = secret.encode(errors="surrogateescape")
    return f"fingerprint {hashlib.blake2b(raw, digest_size=8, person=b'account').hexdigest()}"


_IDENTIFIED = re.compile(r" IDENTIFIED WITH '((?:[^']|'')*)'(?: AS (?:0x([0-9A-F]+)|'[^']*'))?")


def _agreement(row: Mapping[str, str], created: str) -> str:
    """Whether a login is judged by what is stored: `yes`, or what is not the same."""
    match = _IDENTIFIED.search(created)
    if match is None:
        return "yes, but with which password could not be read"
    rest = created[match.end() :]
    expired = re.search(r" PASSWORD EXPIRE(?= ACCOUNT | PASSWORD |$)", rest) is not None
    secret = row["authentication_string"].encode(errors="surrogateescape").hex().upper()
    same = {
        "plugin": row["plugin"] == match[1],
        "password": secret == (match[2] or ""),
        "account locked": (row["account_locked"] == "Y") == (" ACCOUNT LOCK" in rest),
        "password expired": (row["password_expired"] == "Y") == expired,
    }
    return agreement(same)


def agreement(same: Mapping[str, bool]) -> str:
    """What is in force against what is stored, by property: `yes`, or what is not the same."""
    other = [name for name, is_same in same.items() if not is_same]
    return f"otherwise than stored, until FLUSH PRIVILEGES: {', '.join(other)}" if other else "yes"


def quoted_account(who: str) -> str:
    """The account as a statement takes it: `account` escapes nothing."""
    user, host = who[1:-1].rsplit("'@'", 1)
    return "@".join(
        "'" + part.replace("\\", "\\\\").replace("'", "''") + "'" for part in (user, host)
    )
