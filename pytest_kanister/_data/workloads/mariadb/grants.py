"""Rights of MariaDB accounts: what differs from MySQL (see `mysql.grants`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.mysql import grants as mysql
from pytest_kanister._data.workloads.mysql.catalogue import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pymysql.connections import Connection

__all__ = ["GLOBAL", "in_force", "stored"]

GLOBAL = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "RELOAD", "SHUTDOWN", "PROCESS",
    "FILE", "GRANT OPTION", "REFERENCES", "INDEX", "ALTER", "SHOW DATABASES", "SUPER",
    "CREATE TEMPORARY TABLES", "LOCK TABLES", "EXECUTE", "REPLICATION SLAVE", "BINLOG MONITOR",
    "CREATE VIEW", "SHOW VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "CREATE USER", "EVENT",
    "TRIGGER", "CREATE TABLESPACE", "DELETE HISTORY", "SET USER", "FEDERATED ADMIN",
    "CONNECTION ADMIN", "READ_ONLY ADMIN", "REPLICATION SLAVE ADMIN", "REPLICATION MASTER ADMIN",
    "BINLOG ADMIN", "BINLOG REPLAY", "SLAVE MONITOR", "SHOW CREATE ROUTINE",
)  # fmt: skip
"""By bit of `access` in mysql.global_priv (the server's own order, `sql/privilege.h`)."""

_OPTION = "GRANT OPTION"
# In force, ALL PRIVILEGES is whatever this release knows: each of 10.5 to 12 has those up to
# SLAVE MONITOR.
_EVERY = {
    "global grant": tuple(w for w in GLOBAL if w not in (_OPTION, "SHOW CREATE ROUTINE")),
    "schema grant": (*mysql.ALL["schema grant"], "DELETE HISTORY"),
    "table grant": (*mysql.ALL["table grant"], "DELETE HISTORY"),
    "routine grant": mysql.ALL["routine grant"],
}

_ANYBODY = mysql.account("", "%")

_NAME = r"`(?:[^`]|``)*`"
_DEFAULT_ROLE = "SET DEFAULT ROLE "
_AUTHENTICATION = re.compile(r" IDENTIFIED (?:BY PASSWORD|VIA) .*?(?= REQUIRE | WITH |$)")
_REQUIRED = re.compile(r" REQUIRE .*?(?= WITH |$)")
_LIMITS = re.compile(r" (?:MAX_\w+ \S+ ?)+$")
_BARE_GRANTEE = re.compile(rf" TO ({_NAME})(?= WITH |$)")
_BARE_ROLE = re.compile(rf"^GRANT ({_NAME})(?= TO )")


def stored(connection: Connection[Any]) -> Iterator[mysql.Right]:
    """From the tables of the database `mysql`; global rights stand in the accounts."""
    for right in mysql.stored_on_objects(connection):
        # Anybody's proxied host is stored as '' and shown as '%'.
        yield right._replace(on=_ANYBODY) if right.on == mysql.account("", "") else right
    for row in records(connection, "roles_mapping"):
        value = mysql.WITH_ADMIN if row["Admin_option"] == "Y" else mysql.GRANTED
        who = mysql.account(row["User"], row["Host"])
        yield mysql.Right("role grant", mysql.account(row["Role"], ""), who, "ROLE", value)


def in_force(who: str, statements: Iterable[str]) -> Iterator[mysql.Right]:
    """From the lines of SHOW GRANTS, which for a role hold those of its roles too.

    Raises:
        Unverified: a line of a shape that no release so far has written.
    """
    user, host = who[1:-1].rsplit("'@'", 1)
    own = f"`{user.replace('`', '``')}`@`{host.replace('`', '``')}`"
    lines = [_as_mysql(line) for line in statements if not line.startswith(_DEFAULT_ROLE)]
    mine = [line for line in lines if f" TO {own}" in line]
    yield from mysql.in_force(who, mine, _EVERY)


def _as_mysql(statement: str) -> str:
    """The line as MySQL would write it: no authentication, no limits, roles with an empty host."""
    text = _AUTHENTICATION.sub("", statement)
    text = _REQUIRED.sub("", text)
    text = _LIMITS.sub("", text)
    # Limits follow the option after one WITH: `WITH GRANT OPTION MAX_…` or `WITH MAX_…`.
    text = text.removesuffix(" WITH")
    text = _BARE_GRANTEE.sub(r" TO \1@``", text)
    return _BARE_ROLE.sub(r"GRANT \1@``", text)
