"""Connections to a PostgreSQL server, and its refusals as our errors.

The driver is psycopg: libpq speaks the protocol (SCRAM, TLS), and COPY hands a row over as the
server's own bytes, which is all that a large table needs.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pytest_kanister.errors import EnvironmentProblem, Unverified, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from psycopg import Connection

    from pytest_kanister._kube import Address
    from pytest_kanister._model.secret import Secret

__all__ = ["ADMINISTRATOR", "PORT", "Login", "connect", "driver", "quoted", "rows_of"]

PORT = 5432
ADMINISTRATOR = "postgres"
CONNECT_TIMEOUT_S = 10
SHOWN_LENGTH = 120


class Login(NamedTuple):
    """Who connects, and where."""

    address: Address
    password: Secret
    user: str = ADMINISTRATOR


def driver() -> ModuleType:
    """The module psycopg.

    Raises:
        EnvironmentProblem: it is not installed.
    """
    try:
        import psycopg
    except ImportError as error:
        raise EnvironmentProblem(
            f"the workload postgresql needs psycopg, and it cannot be imported: {error}",
            remedies=["pip install 'pytest-kanister[postgresql]'"],
        ) from error
    return psycopg


@contextmanager
def connect(login: Login, database: str = "postgres") -> Iterator[Connection[Any]]:
    """A connection that commits each statement.

    Raises:
        UsageProblem: the server refused a statement, or there is no such database.
        EnvironmentProblem: it cannot be reached, or went away.
    """
    psycopg = driver()
    try:
        # Everything that a PG… variable of this machine would change is given.
        connection = psycopg.connect(
            host=login.address.host,
            port=login.address.port,
            user=login.user,
            password=login.password.reveal(),
            dbname=database,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_S,
            client_encoding="UTF8",
            options="",
            sslmode="prefer",
            gssencmode="disable",
            target_session_attrs="any",
            application_name="pytest-kanister",
        )
        try:
            yield connection
        finally:
            connection.close()
    except psycopg.Error as error:
        raise _translated(error, login) from error
    except UnicodeDecodeError as error:
        raise Unverified(f"a name in the database {database!r} is no UTF-8: {error}") from error


def rows_of(
    connection: Connection[Any], statement: str, values: tuple[Any, ...] | None = None
) -> list[tuple[Any, ...]]:
    """Runs a statement, or several that may be in one transaction; rows of the last that has any.

    Raises:
        UsageProblem: the server refused it, which the text shows.
    """
    psycopg = driver()
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        try:
            # The type wants a literal, so that nobody builds SQL from input: here it is input.
            cursor.execute(cast("Any", statement), values)
            while True:
                if cursor.description is not None:
                    rows = cursor.fetchall()
                if not cursor.nextset():
                    return rows
        except psycopg.Error as error:
            if connection.broken:
                raise
            raise UsageProblem(_refusal(error, statement)) from error


def quoted(*name: str) -> str:
    """A qualified identifier."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in name)


def _refusal(error: Any, statement: str) -> str:
    head = " ".join(statement.split())
    shown = head if len(head) <= SHOWN_LENGTH else head[:SHOWN_LENGTH] + "…"
    text = error.diag.message_primary or str(error).strip()
    return f"PostgreSQL refused: error {error.sqlstate}: {text}\n  in: {shown}"


_NO_SUCH_DATABASE = "3D000"


def _translated(error: Any, login: Login) -> Exception:
    text = str(error).strip()
    where = f"{login.address.host}:{login.address.port}"
    if error.sqlstate == _NO_SUCH_DATABASE or (
        error.sqlstate is None and 'database "' in text and "does not exist" in text
    ):
        return UsageProblem(f"PostgreSQL refused: {text}")
    if error.sqlstate and not error.sqlstate.startswith(("08", "57", "28")):
        return UsageProblem(f"PostgreSQL refused: error {error.sqlstate}: {text}")
    return EnvironmentProblem(
        f"PostgreSQL at {where} cannot be asked: {text}",
        remedies=["see whether its pod runs and what it says"],
    )
