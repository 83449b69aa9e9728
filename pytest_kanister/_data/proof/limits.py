"""What an engine's own dump cannot carry: values that no Blueprint around that dump can save.

MySQL and MariaDB print FLOAT with six significant digits, in mysqldump too: 16777216 comes back
as 16777200.  And -0.0 is printed as -0, which is a whole number and has no sign.  A row that came
back altered so, and in no other way, is graded as the engine's limit.  Seen with MySQL 9.7 and
MariaDB 10.11.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pytest_kanister._data.proof.canonical import Kind
from pytest_kanister._data.proof.changes import RowChange

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from pytest_kanister._data.proof.canonical import Cell, Column, Row

__all__ = ["altered_by_dump", "cells_before_dump", "has_limits"]


def has_limits(columns: Sequence[Column]) -> bool:
    """Whether any column's values may be altered by the engine's own dump."""
    return any(map(_digits, columns))


def altered_by_dump(
    columns: Sequence[Column], before: Counter[Row], after: Counter[Row]
) -> list[RowChange]:
    """Rows of which only what a dump leaves of them came back.

    Args:
        columns: of the rows.
        before: rows as they were.
        after: rows as they are.
    """
    limited = {i: _digits(column) for i, column in enumerate(columns) if _digits(column)}
    if not limited:
        return []
    gone, new = before - after, after - before
    changes = []
    for row, times in gone.items():
        left = list(row)
        for i, digits in limited.items():
            left[i] = _dumped(row[i], digits)
        dumped = tuple(left)
        if dumped != row and (found := min(times, new[dumped])):
            new[dumped] -= found
            positions = tuple(i for i in limited if row[i] != dumped[i])
            changes.append(RowChange(row, dumped, positions, found, limit=True))
    return changes


def cells_before_dump(columns: Sequence[Column], row: Row) -> list[list[Cell]]:
    """For each cell of a row that is there now, the values of which a dump leaves that cell.

    A column that no dump alters has the cell itself; an empty list: no dump leaves such a cell.

    Args:
        columns: of the row.
        row: with canonical cells.
    """
    return [
        _undumped(cell, digits) if (digits := _digits(column)) else [cell]
        for column, cell in zip(columns, row, strict=True)
    ]


_SINGLE, _DOUBLE = 6, 17
"""Significant digits that the engine prints; 17 tell every double."""

_LARGEST = 3.4028234663852886e38
"""Of all singles."""


def _digits(column: Column) -> int:
    """0: not a column of MySQL or MariaDB whose values a dump alters."""
    if column.kind is not Kind.FLOAT:
        return 0
    if column.type.lower().startswith("float"):
        return _SINGLE
    # PostgreSQL's is called `double precision`.
    is_theirs = column.type.lower().startswith("double") and "precision" not in column.type.lower()
    return _DOUBLE if is_theirs else 0


def _dumped(cell: Cell, digits: int) -> Cell:
    if cell is None:
        return None
    (value,) = struct.unpack(">d", cell)
    if not value:
        return struct.pack(">d", 0.0)
    if digits == _DOUBLE:
        return cell
    try:
        (single,) = struct.unpack(">f", struct.pack(">f", float(f"{value:.6g}")))
    except OverflowError:  # the largest of all, rounded up
        return cell
    return struct.pack(">d", single)


def _undumped(cell: Cell, digits: int) -> list[Cell]:
    """All values of which `_dumped` makes this one: itself, and for a single up to 170 around it.

    Rounding keeps the order, so they are neighbours: singles whose bits follow each other.
    """
    if cell is None or _dumped(cell, digits) != cell:
        return [cell] if cell is None else []
    (value,) = struct.unpack(">d", cell)
    if not value:
        return [cell, struct.pack(">d", -0.0)]
    found: list[Cell] = [cell]
    if digits == _DOUBLE or not abs(value) <= _LARGEST:  # nor is NaN
        return found
    (bits,) = struct.unpack(">I", struct.pack(">f", value))
    for step in (1, -1):
        at = bits + step
        while _dumped(near := _of_bits(at), digits) == cell:
            found.append(near)
            at += step
    return found


def _of_bits(bits: int) -> bytes:
    """A single's bits as a canonical cell."""
    return struct.pack(">d", *struct.unpack(">f", struct.pack(">I", bits)))
