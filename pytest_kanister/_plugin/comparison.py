"""What pytest shows when two snapshots were asserted to be equal, or not to be."""

from __future__ import annotations

from pytest_kanister._data.proof import Snapshot, compare
from pytest_kanister.errors import Unverified

__all__ = ["explain"]


def explain(op: str, left: object, right: object) -> list[str] | None:
    """Lines for pytest's assertion report; None for what is not ours."""
    if not isinstance(left, Snapshot) or not isinstance(right, Snapshot):
        return None
    if op == "!=":
        return [
            "the snapshots are equal",
            f"both hold {left.summary()}",
            "whatever stood between them changed nothing",
        ]
    if op != "==":
        return None
    before, after = _in_order(left, right)
    try:
        diff = compare(before, after)
    except Unverified as error:
        return ["the snapshots differ", str(error)]
    return ["what came back is not what was there", *str(diff).splitlines()]


def _in_order(left: Snapshot, right: Snapshot) -> tuple[Snapshot, Snapshot]:
    """The older one first; `after == before` is how people write it when neither knows its time."""
    if left.taken_at_s is not None and right.taken_at_s is not None:
        return (left, right) if left.taken_at_s <= right.taken_at_s else (right, left)
    return right, left
