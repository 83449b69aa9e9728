"""Rows as they were before the engine's own dump altered them, found again by their digests.

A digest cannot be turned back into its row.  But of a row that is there now all those can be made
of which a dump leaves it (`limits`): a few neighbours of each FLOAT, whose digests are looked up
among those that are gone.  That is exact, and needs no key.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

from pytest_kanister._data.proof.changes import RowChange
from pytest_kanister._data.proof.digests import digests_of
from pytest_kanister._data.proof.limits import cells_before_dump

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_kanister._data.proof.canonical import Column, Row
    from pytest_kanister._data.proof.encoding import Encoding

__all__ = ["MOST_TRIED", "recovered"]

MOST_TRIED = 2_000_000
"""Rows made and digested for one table: some seconds.  Several FLOATs of a row multiply."""


def recovered(
    columns: Sequence[Column],
    encoding: Encoding,
    fresh: Iterable[tuple[Row, int]],
    gone: Mapping[bytes, int],
) -> tuple[list[RowChange], bool]:
    """Which of the rows that are there now a dump made of which that are gone.

    The second value tells whether a row was passed over, as it would have taken more than
    `MOST_TRIED` digests.

    Args:
        columns: of the rows.
        encoding: in which rows were digested.
        fresh: rows that are there, and how many more of each than before.
        gone: digests of rows, and how many of each are missing.
    """
    changes = []
    left = dict(gone)
    tries, passed_over = MOST_TRIED, False
    for row, times in fresh:
        cells = cells_before_dump(columns, row)
        number = prod(map(len, cells))
        if number > tries:
            passed_over = True
            continue
        tries -= number
        for original in product(*cells):
            (digest,) = digests_of([encoding.encode(original)])
            if found := min(times, left.get(digest, 0)):
                left[digest] -= found
                times -= found
                positions = tuple(i for i, cell in enumerate(row) if cell != original[i])
                changes.append(RowChange(original, row, positions, found, limit=True))
    return changes, passed_over
