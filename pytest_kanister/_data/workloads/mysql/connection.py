"""Connections to a MySQL server, as root unless told, and its refusals as our errors."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_kanister._data.workloads.mysql.script import makes_program, statements
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymysql.connections import Connection

    from pytest_kanister._kube import Address
    from pytest_kanister._model.secret import Secret

__all__ = ["Login", "LoginOutcome", "connect", "rows_of", "try_login"]

CONNECT_TIMEOUT_S = 10
READ_TIMEOUT_S = 600
"""One statement: the longest is a full-table read of test data."""

SHOWN_LENGTH = 120

_SYNTAX_ERROR = 1064
_NOBODY_THERE = (2003, 2006, 2013)
_NO_TLS = 2026


class Login:
    """Who connects, and where."""

    def __init__(self, address: Address, password: Secret, user: str = "root") -> None:
        self.address = address
        self.password = password
        self.user = user


@contextmanager
def connect(login: Login, *, raw: bool = False) -> Iterator[Connection[Any]]:
    """A connection that commits each statement.

    Args:
        login: who connects.
        raw: cells arrive as the server's own bytes or None, row by row.

    Raises:
        UsageProblem: the server refused a statement.
        EnvironmentProblem: it cannot be reached, or went away.
    """
    import pymysql

    try:
        try:
            connection = _open(login, raw=raw, ssl=_any_certificate())
        except pymysql.err.OperationalError as error:
            if error.args[0] != _NO_TLS:
                raise
            connection = _open(login, raw=raw, ssl_disabled=True)
        try:
            yield connection
        finally:
            # A server that is about to go is no reason to wait for its farewell.
            connection._force_close()  # type: ignore[attr-defined] # the stubs leave it out
    except pymysql.err.MySQLError as error:
        raise _translated(error, login) from error


class LoginOutcome(NamedTuple):
    """What a login came to.

    Attributes:
        refused: whether it failed.
        said: the account and the roles that are on, or the server's error number.
    """

    refused: bool
    said: str


def try_login(login: Login) -> LoginOutcome:
    """Logs in and asks the server who it thinks that is.

    Raises:
        EnvironmentProblem: nobody answers.
    """
    from pymysql.err import MySQLError

    try:
        with connect(login) as connection:
            ((who, roles),) = rows_of(connection, "SELECT CURRENT_USER(), CURRENT_ROLE()")
    except UsageProblem as problem:
        cause = problem.__cause__
        code = cause.args[0] if isinstance(cause, MySQLError) and cause.args else 0
        return LoginOutcome(refused=True, said=f"error {code}")
    return LoginOutcome(refused=False, said=f"{who}, roles {roles or 'NONE'}")


def _open(login: Login, *, raw: bool, **tls: Any) -> Connection[Any]:
    import pymysql
    from pymysql.cursors import Cursor, SSCursor

    more: dict[str, Any] = {"conv": {}, "use_unicode": False} if raw else {}
    return pymysql.connect(
        host=login.address.host,
        port=login.address.port,
        user=login.user,
        password=login.password.reveal(),
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        write_timeout=READ_TIMEOUT_S,
        cursorclass=SSCursor if raw else Cursor,
        **tls,
        **more,
    )


@cache
def _any_certificate() -> ssl.SSLContext:
    """The server signs its own certificate, so there is nobody to ask about it.

    pymysql's own default comes to the same, but loads all the system's authorities first, at
    every connection: 0.05 s each.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def rows_of(connection: Connection[Any], script: str) -> list[tuple[Any, ...]]:
    """Runs statements one after the other; rows of the last result that any of them has.

    Raises:
        UsageProblem: the server refused one, which the text shows; those before it are done.
    """
    from pymysql.err import MySQLError

    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for statement in statements(script):
            try:
                cursor.execute(statement)
                while True:
                    if cursor.description is not None:
                        rows = list(cursor.fetchall())
                    if not cursor.nextset():
                        break
            except MySQLError as error:
                if error.args and error.args[0] in _NOBODY_THERE:
                    raise
                raise UsageProblem(_refusal(error, statement)) from error
    return rows


def _refusal(error: Exception, statement: str) -> str:
    code, text = (*error.args, "", "")[:2]
    head = " ".join(statement.split())
    shown = head if len(head) <= SHOWN_LENGTH else head[:SHOWN_LENGTH] + "…"
    lines = [f"MySQL refused: error {code}: {text}", f"  in: {shown}"]
    if code == _SYNTAX_ERROR and makes_program(statement):
        lines.append(
            "  a body that is no BEGIN … END but has `;` inside needs DELIMITER lines around it, "
            "as for the mysql client"
        )
    return "\n".join(lines)


def _translated(error: Exception, login: Login) -> Exception:
    code, text = (*error.args, "", "")[:2]
    if code in _NOBODY_THERE or not isinstance(code, int) or not code:
        host, port = login.address
        return EnvironmentProblem(
            f"MySQL at {host}:{port} does not answer: {text or error}",
            remedies=["see whether its pod still runs and what it says"],
        )
    return UsageProblem(f"MySQL refused: error {code}: {text}")
