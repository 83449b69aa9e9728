"""What a server's catalogue says, before any row is read: of MySQL, or of MariaDB in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pymysql.connections import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties
    from pytest_kanister._data.workloads.mysql.inspection import TableShape

__all__ = ["Content", "content_of"]


class Content(NamedTuple):
    """Tables without their rows, and everything else by class and qualified name."""

    shapes: dict[Name, TableShape]
    inventory: dict[str, dict[Name, Properties]]


def content_of(connection: Connection[Any], *, is_mariadb: bool) -> Content:
    """Reads the catalogue; the session is as `rows.begin` leaves it.

    Raises:
        Unverified: there is something that cannot be compared exactly.
    """
    from pytest_kanister._data.workloads.mysql.inspection import table_shapes

    shapes = table_shapes(connection)
    if is_mariadb:
        from pytest_kanister._data.workloads.mariadb.accounts import accounts as maria_accounts
        from pytest_kanister._data.workloads.mariadb.inventory import inventory as maria_inventory
        from pytest_kanister._data.workloads.mariadb.inventory import past

        found = maria_inventory(connection) | maria_accounts(connection)
        return Content(shapes | past(connection, shapes), found)
    from pytest_kanister._data.workloads.mysql.accounts import accounts
    from pytest_kanister._data.workloads.mysql.inventory import inventory

    return Content(shapes, inventory(connection) | accounts(connection))
