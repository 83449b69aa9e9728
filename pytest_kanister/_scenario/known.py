"""Known losses: taken out of a difference, and missed when they do not occur."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof import compare
from pytest_kanister._data.proof.changes import Bounded
from pytest_kanister._data.proof.grades import GRADES, object_grades, table_grades

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pytest_kanister._data.proof import Diff, Snapshot
    from pytest_kanister._data.proof.changes import ObjectDiff, TableDiff
    from pytest_kanister._scenario.model import KnownLoss

__all__ = ["LIMIT", "without_known"]

LIMIT = 20
"""Entries of each list that are shown."""

_EVERYTHING = 10**9


def without_known(
    before: Snapshot, after: Snapshot, known: Sequence[KnownLoss], today: date
) -> tuple[Diff, list[KnownLoss], list[KnownLoss]]:
    """What two snapshots do not share beside the known losses.

    Returns:
        The rest; the losses that did not occur; the losses that are excused no longer.
    """
    if not known:
        return compare(before, after, limit=LIMIT), [], []
    expired = [loss for loss in known if loss.until < today]
    valid = [loss for loss in known if loss.until >= today]
    diff = compare(before, after, limit=_EVERYTHING)
    occurred: set[int] = set()
    tables = [entry for entry in diff.tables.entries if not _excused_table(entry, valid, occurred)]
    objects = [
        entry for entry in diff.objects.entries if not _excused_object(entry, valid, occurred)
    ]
    grades = {grade for table in tables for grade in table_grades(table)}
    grades |= {grade for other in objects for grade in object_grades(other)}
    rest = replace(
        diff,
        tables=_bounded_tables(tables),
        objects=Bounded(tuple(objects[:LIMIT]), max(0, len(objects) - LIMIT)),
        grades=tuple(grade for grade in GRADES if grade in grades),
    )
    missed = [loss for index, loss in enumerate(valid) if index not in occurred]
    return rest, missed, expired


def _bounded_tables(tables: Sequence[TableDiff]) -> Bounded[TableDiff]:
    shown = []
    for table in tables[:LIMIT]:
        lists: dict[str, Any] = {
            word: Bounded(entries[:LIMIT], len(getattr(table, word)) - len(entries[:LIMIT]))
            for word in ("missing", "changed", "extra")
            if (entries := getattr(table, word).entries)
        }
        shown.append(replace(table, **lists))
    return Bounded(tuple(shown), max(0, len(tables) - LIMIT))


def _excused_table(table: TableDiff, known: Sequence[KnownLoss], occurred: set[int]) -> bool:
    """Whether each of the table's grades is among the known losses."""
    grades = table_grades(table)
    return _all_excused("table", table.name, grades, known, occurred)


def _excused_object(entry: ObjectDiff, known: Sequence[KnownLoss], occurred: set[int]) -> bool:
    return _all_excused(entry.kind, entry.name, object_grades(entry), known, occurred)


def _all_excused(
    kind: str,
    name: tuple[str, ...],
    grades: set[str],
    known: Sequence[KnownLoss],
    occurred: set[int],
) -> bool:
    open_grades = set(grades)
    for index, loss in enumerate(known):
        if not _inside(name, loss.within):
            continue
        word = _singular(loss.loss)
        if word in GRADES and word in grades:
            open_grades.discard(word)
            occurred.add(index)
        elif word == kind:
            open_grades.clear()
            occurred.add(index)
    return not open_grades


def _inside(name: tuple[str, ...], within: str) -> bool:
    """Whether a qualified name is `within`, or lies in it: `shop.orders` lies in `shop`."""
    dotted = ".".join(name)
    return not within or dotted == within or dotted.startswith(f"{within}.")


def _singular(word: str) -> str:
    """`events` and `event` are the same class; `rows` is how people say `data`."""
    if word in ("row", "rows"):
        return "data"
    if word in GRADES or not word.endswith("s"):
        return word
    return word.removesuffix("ies") + "y" if word.endswith("ies") else word.removesuffix("s")
