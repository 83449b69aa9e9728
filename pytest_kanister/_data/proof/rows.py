"""Differences between the rows of one table, before and after.

Rows are multisets.  With a primary key, a row that is gone and a new one of the same key are one
changed row; without, those are that leave the fewest cells to be explained, if they are alike
enough to be worth it.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pytest_kanister._data.proof.changes import Bounded, RowChange, RowCount
from pytest_kanister._data.proof.pairing import best_pairs

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pytest_kanister._data.proof.canonical import Row

__all__ = ["RowDifferences", "row_differences", "row_order"]

T = TypeVar("T")

MOST_PAIRED = 200
"""Distinct rows a side among which the most alike are sought: the work grows with the square."""


class RowDifferences(NamedTuple):
    """Bounded lists and whole numbers of rows; `limited_rows` are among `changed_rows`."""

    missing: Bounded[RowCount] = Bounded()
    changed: Bounded[RowChange] = Bounded()
    extra: Bounded[RowCount] = Bounded()
    missing_rows: int = 0
    changed_rows: int = 0
    extra_rows: int = 0
    limited_rows: int = 0


def row_differences(
    before: Counter[Row], after: Counter[Row], key: Sequence[int], limit: int
) -> RowDifferences:
    """What tells two multisets of rows apart.

    Args:
        before: rows as they were.
        after: rows as they are, of the same columns.
        key: positions of the primary key's cells; empty: none.
        limit: entries kept in each list.
    """
    missing, extra = before - after, after - before
    changes = _by_key(missing, extra, key) if key else _by_likeness(missing, extra, before, after)
    for change in changes:
        missing[change.before] -= change.times
        extra[change.after] -= change.times
    missing, extra = +missing, +extra  # drops rows that are wholly accounted for
    ordered = sorted(changes, key=lambda change: row_order(change.before))
    return RowDifferences(
        missing=_bounded(
            [RowCount(r, before[r], after[r]) for r in _first(missing, limit)], missing
        ),
        changed=Bounded(tuple(ordered[:limit]), max(0, len(ordered) - limit)),
        extra=_bounded([RowCount(r, before[r], after[r]) for r in _first(extra, limit)], extra),
        missing_rows=missing.total(),
        changed_rows=sum(change.times for change in changes),
        extra_rows=extra.total(),
    )


def _by_key(missing: Counter[Row], extra: Counter[Row], key: Sequence[int]) -> list[RowChange]:
    def keyed(rows: Counter[Row]) -> dict[Row, list[Row]]:
        found: dict[Row, list[Row]] = defaultdict(list)
        for row in rows:
            found[tuple(row[i] for i in key)].append(row)
        return found

    gone, new = keyed(missing), keyed(extra)
    return [
        _change(gone[k][0], new[k][0], 1)
        for k in gone
        if k in new and len(gone[k]) == len(new[k]) == 1
    ]


def _by_likeness(
    missing: Counter[Row], extra: Counter[Row], before: Counter[Row], after: Counter[Row]
) -> list[RowChange]:
    # A row that exists on both sides, only in other numbers, was doubled or dropped, not changed.
    gone = sorted((row for row in missing if row not in after), key=row_order)
    new = sorted((row for row in extra if row not in before), key=row_order)
    if not gone or not new or len(gone) > MOST_PAIRED or len(new) > MOST_PAIRED:
        return []
    alike = {
        (i, j): score
        for i, old in enumerate(gone)
        for j, fresh in enumerate(new)
        if (score := _likeness(old, fresh))
    }
    pairs = best_pairs(alike, [missing[row] for row in gone], [extra[row] for row in new])
    return [_change(gone[i], new[j], times) for i, j, times in pairs]


_CELL = 1 << 40
"""An equal cell weighs more than all bytes of all cells."""


def _likeness(old: Row, new: Row) -> int:
    """Equal cells, then their bytes; 0 when fewer than half are equal, or only NULLs are."""
    equal = [a for a, b in zip(old, new, strict=True) if a == b]
    size = sum(len(cell) for cell in equal if cell is not None)
    if 2 * len(equal) < len(old) or not size:
        return 0
    return len(equal) * _CELL + size


def _change(old: Row, new: Row, times: int) -> RowChange:
    cells = zip(old, new, strict=True)
    return RowChange(old, new, tuple(i for i, (a, b) in enumerate(cells) if a != b), times)


def _first(rows: Counter[Row], limit: int) -> list[Row]:
    return heapq.nsmallest(limit, rows, key=row_order)


def _bounded(entries: list[T], whole: Collection[object]) -> Bounded[T]:
    return Bounded(tuple(entries), len(whole) - len(entries))


def row_order(row: Row) -> list[tuple[bool, bytes]]:
    """NULL first, then by bytes: any fixed order will do, so that two runs print the same."""
    return [(cell is not None, cell or b"") for cell in row]
