"""Connections to a MySQL server as root, and its refusals as our errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymysql.connections import Connection

    from pytest_kanister._kube import Address
    from pytest_kanister._model.secret import Secret

__all__ = ["Login", "connect", "rows_of"]

CONNECT_TIMEOUT_S = 10
READ_TIMEOUT_S = 600
"""One statement: the longest is a full-table read of test data."""

_SYNTAX_ERROR = 1064
_NOBODY_THERE = (2003, 2006, 2013)


class Login:
    """Who connects, and where."""

    def __init__(self, address: Address, password: Secret) -> None:
        self.address = address
        self.password = password


@contextmanager
def connect(login: Login, *, raw: bool = False) -> Iterator[Connection[Any]]:
    """A connection that commits each statement; texts may hold several statements.

    Args:
        login: root's.
        raw: cells arrive as the server's own bytes or None, row by row.

    Raises:
        UsageProblem: the server refused a statement.
        EnvironmentProblem: it cannot be reached, or went away.
    """
    import pymysql
    from pymysql.constants import CLIENT
    from pymysql.cursors import Cursor, SSCursor

    more: dict[str, Any] = {"conv": {}, "use_unicode": False} if raw else {}
    try:
        connection: Connection[Any] = pymysql.connect(
            host=login.address.host,
            port=login.address.port,
            user="root",
            password=login.password.reveal(),
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            write_timeout=READ_TIMEOUT_S,
            client_flag=CLIENT.MULTI_STATEMENTS,
            cursorclass=SSCursor if raw else Cursor,
            **more,
        )
        try:
            yield connection
        finally:
            # A server that is about to go is no reason to wait for its farewell.
            connection._force_close()  # type: ignore[attr-defined] # the stubs leave it out
    except pymysql.err.MySQLError as error:
        raise _translated(error, login) from error


def rows_of(connection: Connection[Any], statement: str) -> list[tuple[Any, ...]]:
    """Runs statements; rows of the last one that has a result."""
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        cursor.execute(statement)
        while True:
            if cursor.description is not None:
                rows = list(cursor.fetchall())
            if not cursor.nextset():
                return rows


def _translated(error: Exception, login: Login) -> Exception:
    code, text = (*error.args, "", "")[:2]
    if code in _NOBODY_THERE or not isinstance(code, int) or not code:
        host, port = login.address
        return EnvironmentProblem(
            f"MySQL at {host}:{port} does not answer: {text or error}",
            remedies=["see whether its pod still runs and what it says"],
        )
    hint = ""
    if code == _SYNTAX_ERROR and "DELIMITER" in str(text).upper():
        hint = (
            "\n  DELIMITER is a command of the mysql client, not SQL; leave it out and end each "
            "routine with `;`: files are sent whole, and the server knows where a body ends"
        )
    return UsageProblem(f"MySQL refused: error {code}: {text}{hint}")
