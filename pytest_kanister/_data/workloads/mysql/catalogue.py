"""Rows of MySQL's catalogue as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymysql.connections import Connection

__all__ = ["records", "texts"]


def texts(connection: Connection[Any], statement: str) -> Iterator[tuple[str | None, ...]]:
    """Rows of a raw connection; the catalogue is UTF-8."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for row in cursor.fetchall():
            yield _decoded(row)


def records(connection: Connection[Any], table: str) -> list[dict[str, str]]:
    """Rows of a table of the server's own by column; NULL as ''.

    Which columns there are differs from release to release, so all are read.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM mysql.{table}")
        names = [column[0] for column in cursor.description]
        names = [name.decode() if isinstance(name, bytes) else name for name in names]
        return [
            dict(zip(names, (cell or "" for cell in _decoded(row)), strict=True))
            for row in cursor.fetchall()
        ]


def _decoded(row: tuple[Any, ...]) -> tuple[str | None, ...]:
    return tuple(
        cell.decode(errors="surrogateescape") if isinstance(cell, bytes) else cell for cell in row
    )
