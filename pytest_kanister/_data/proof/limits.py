"""What an engine's own dump cannot carry: values that no Blueprint around that dump can save.

MySQL and MariaDB print FLOAT with six significant digits, in mysqldump too: 16777216 comes back
as 16777200.  A row that came back altered so, and in no other way, is graded as the engine's
limit.  Seen with MySQL 9.7 and MariaDB 10.11.
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

__all__ = ["altered_by_dump", "has_limits"]


def has_limits(columns: Sequence[Column]) -> bool:
    """Whether any column's values may be altered by the engine's own dump."""
    return any(map(_is_limited, columns))


def altered_by_dump(
    columns: Sequence[Column], before: Counter[Row], after: Counter[Row]
) -> list[RowChange]:
    """Rows of which only what a dump leaves of them came back.

    Args:
        columns: of the rows.
        before: rows as they were.
        after: rows as they are.
    """
    limited = [i for i, column in enumerate(columns) if _is_limited(column)]
    if not limited:
        return []
    gone, new = before - after, after - before
    changes = []
    for row, times in gone.items():
        left = list(row)
        for i in limited:
            left[i] = _dumped(row[i])
        dumped = tuple(left)
        if found := min(times, new[dumped]):
            new[dumped] -= found
            positions = tuple(i for i in limited if row[i] != dumped[i])
            changes.append(RowChange(row, dumped, positions, found, limit=True))
    return changes


def _is_limited(column: Column) -> bool:
    return column.kind is Kind.FLOAT and column.type.lower().startswith("float")


def _dumped(cell: Cell) -> Cell:
    if cell is None:
        return None
    (value,) = struct.unpack(">d", cell)
    try:
        (single,) = struct.unpack(">f", struct.pack(">f", float(f"{value:.6g}")))
    except OverflowError:  # the largest of all, rounded up
        return cell
    return struct.pack(">d", single)
