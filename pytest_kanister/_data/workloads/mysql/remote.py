"""The snapshot of a MySQL server that somebody else runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.mysql.catalogue import texts
from pytest_kanister._data.workloads.mysql.connection import Login, connect
from pytest_kanister._data.workloads.mysql.grants import account, in_force
from pytest_kanister._data.workloads.mysql.snapshots import take_snapshot
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from pymysql.connections import Connection

    from pytest_kanister._data.proof import Collector, Snapshot
    from pytest_kanister._kube import Address
    from pytest_kanister._model.secret import Secret

__all__ = ["snapshot_of"]

_SEES_ALL = frozenset({"SELECT", "SHOW VIEW", "TRIGGER", "EVENT", "SHOW_ROUTINE"})
"""MySQL hides from an account what it has no right to, without a word."""


def snapshot_of(
    address: Address, user: str, password: Secret, collector: Collector | None = None
) -> Snapshot:
    """Everything on the server, in one consistent read-only transaction.

    Args:
        address: of the server.
        user: an account that sees everything.
        password: of it.
        collector: decides which tables are kept whole; none: the usual sizes.

    Raises:
        EnvironmentProblem: nobody answers.
        UsageProblem: the login is refused, or the account does not see everything.
        Unverified: the server's content cannot be compared exactly.
    """
    again = partial(connect, Login(address, password, user), raw=True)
    with again() as connection:
        if lacking := sorted(_lacking(connection)):
            raise UsageProblem(
                f"the account {user} does not see everything: it lacks {', '.join(lacking)} "
                "ON *.*; grant it that, or name another account"
            )
        return take_snapshot(connection, collector, again)


def _lacking(connection: Connection[Any]) -> frozenset[str]:
    """Rights without which a part of the server is hidden."""
    lines = [str(line) for (line,) in texts(connection, "SHOW GRANTS")]
    said = str(connection.get_server_info())  # type: ignore[no-untyped-call] # stubs' gap
    if "mariadb" not in said.lower():
        return _SEES_ALL - {r.privilege for r in in_force("", lines) if r.kind == "global grant"}
    from pytest_kanister._data.workloads.mariadb.grants import in_force as of_mariadb

    ((who,),) = texts(connection, "SELECT CURRENT_USER()")
    rights = of_mariadb(account(*str(who).rsplit("@", 1)), lines)
    # Who may read the server's own tables sees all routines.
    return _SEES_ALL - {"SHOW_ROUTINE"} - {r.privilege for r in rights if r.kind == "global grant"}
