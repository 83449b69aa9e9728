"""What `assert after == before` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._data.proof.diff import compare
from pytest_kanister._data.proof.render import render
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from pytest_kanister._data.proof.snapshot import Snapshot

__all__ = ["explain"]


def explain(before: Snapshot, after: Snapshot) -> list[str]:
    """Lines for pytest's `pytest_assertrepr_compare`, a headline first.

    People write the two sides in either order, so where both say when they were taken, the
    earlier one is the truth.
    """
    if before.taken_at_s and after.taken_at_s and after.taken_at_s < before.taken_at_s:
        before, after = after, before
    try:
        diff = compare(before, after)
    except Unverified as error:
        return [str(error)]
    if not diff:
        return [f"the two snapshots are equal: {before.summary()}"]
    return [
        f"what is there now is not what was there before: {', '.join(diff.grades)} differ",
        *render(diff).splitlines(),
    ]
