"""`compare`: what two snapshots do not share, as a bounded value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.changes import (
    Bounded,
    Fate,
    ObjectDiff,
    PropertyChange,
    RowChange,
    TableDiff,
)
from pytest_kanister._data.proof.grades import GRADES, object_grades, table_grades
from pytest_kanister._data.proof.limits import altered_by_dump, has_limits
from pytest_kanister._data.proof.located import located_differences, same_projected
from pytest_kanister._data.proof.rows import RowDifferences, row_differences
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_kanister._data.proof.canonical import Column, Row
    from pytest_kanister._data.proof.snapshot import Name, Snapshot, Table

__all__ = ["Diff", "compare"]

LIMIT = 20
"""Entries of each list that a diff keeps unless told otherwise."""


@dataclass(frozen=True)
class Diff:
    """Everything that is not what it was; false when nothing is.

    Attributes:
        tables: tables that are missing, extra or changed, in name order.
        objects: everything else that is, in order of class and name.
        grades: which of `GRADES` the differences belong to, in that order.
        rows_before: rows of all tables together.
        rows_after: the same afterwards.
    """

    tables: Bounded[TableDiff]
    objects: Bounded[ObjectDiff]
    grades: tuple[str, ...]
    rows_before: int
    rows_after: int

    def __bool__(self) -> bool:
        return bool(len(self.tables) or len(self.objects))

    def __str__(self) -> str:
        from pytest_kanister._data.proof.render import render

        return render(self)

    def to_json(self) -> dict[str, Any]:
        """JSON values (objects, lists, texts, numbers); the same bounds as the text."""
        from pytest_kanister._data.proof.as_json import diff_as_json

        return diff_as_json(self)


def compare(before: Snapshot, after: Snapshot, *, limit: int = LIMIT) -> Diff:
    """What came back wrong, in full for small differences and counted for large ones.

    Args:
        before: the truth.
        after: what is there now.
        limit: entries kept in each list; the rest is counted.

    Raises:
        Unverified: snapshots of two engines or two format versions cannot be compared.
    """
    for word in ("engine", "format_version"):
        one, other = getattr(before, word), getattr(after, word)
        if one != other:
            raise Unverified(
                f"these snapshots cannot be compared: {word.replace('_', ' ')} "
                f"{one} before, {other} after"
            )
    tables: list[TableDiff] = []
    for name in sorted(before.tables.keys() | after.tables.keys()):
        pair = before.tables.get(name), after.tables.get(name)
        if diff := _table(name, *pair, limit if len(tables) < limit else 0):
            tables.append(diff)
    objects = _objects(before.inventory, after.inventory)
    grades = {grade for diff in tables for grade in table_grades(diff)}
    grades |= {grade for diff in objects for grade in object_grades(diff)}
    return Diff(
        tables=_bounded(tables, limit),
        objects=_bounded(objects, limit),
        grades=tuple(grade for grade in GRADES if grade in grades),
        rows_before=before.row_count,
        rows_after=after.row_count,
    )


def _table(name: Name, before: Table | None, after: Table | None, limit: int) -> TableDiff | None:
    """What differs in one table; limit 0: only that and how it is to be graded."""
    if before is None or after is None:
        return TableDiff(
            name,
            "missing" if before else "extra",
            rows_before=before.row_count if before else 0,
            rows_after=after.row_count if after else 0,
        )
    if before == after:
        return None
    columns = _shared(before, after)
    names = [column.name for column in columns]
    altered: list[RowChange] = []
    if before.digests is None and after.digests is None and has_limits(columns):
        altered = altered_by_dump(columns, _projected(before, names), _projected(after, names))
    rows, unlocated, note = _rows(before, after, names, limit, altered)
    rows = _with_altered(rows or RowDifferences(), altered, limit)
    return TableDiff(
        name,
        "changed",
        before.row_count,
        after.row_count,
        columns,
        **rows._asdict(),
        lost_columns=tuple(c.name for c in before.columns if c.name not in names),
        definition=_properties(_defined(before), _defined(after)),
        unlocated=unlocated,
        note=note,
    )


def _with_altered(found: RowDifferences, altered: list[RowChange], limit: int) -> RowDifferences:
    changes = (*altered, *found.changed.entries)
    altered_rows = sum(change.times for change in altered)
    return found._replace(
        changed=Bounded(changes[:limit], max(0, len(changes) - limit) + found.changed.more),
        changed_rows=found.changed_rows + altered_rows,
        limited_rows=found.limited_rows + altered_rows,
    )


def _rows(
    before: Table, after: Table, names: Sequence[str], limit: int, altered: Sequence[RowChange]
) -> tuple[RowDifferences | None, bool, str]:
    """Which rows differ, whether some do that cannot be told, and what is not shown.

    Those that are `altered` by the engine's dump are left out.
    """
    if before.digests is None and after.digests is None:
        old, new = _projected(before, names), _projected(after, names)
        if altered:
            old, new = Counter(old), Counter(new)
            for change in altered:
                old[change.before] -= change.times
                new[change.after] -= change.times
            old, new = +old, +new
        if not limit:
            return None, old != new, ""
        key = [names.index(n) for n in before.key if n in names]
        whole_key = before.key == after.key and len(key) == len(before.key)
        return row_differences(old, new, key if whole_key else (), limit), False, ""
    if [column.name for column in after.columns] == list(names) == _names(before):
        if before.same_rows(after):
            return None, False, ""
        found, note = located_differences(before, after, limit) if limit else (None, "")
        return found, found is None, note
    if len(names) < len(before.columns):  # their data are lost with them; that is told already
        return None, False, "rows were not compared: their digests cover the lost columns too"
    same = same_projected(before, after) if limit else None
    if same:
        return None, False, ""
    return None, True, "which of them is not known: digests cover all columns, in their order"


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _shared(before: Table, after: Table) -> tuple[Column, ...]:
    """The columns that both have, in the order of the first; values compare by their bytes."""
    there = {column.name for column in after.columns}
    return tuple(column for column in before.columns if column.name in there)


def _projected(table: Table, names: Sequence[str]) -> Counter[Row]:
    own = [column.name for column in table.columns]
    if own == list(names):
        return table.rows
    at = [own.index(name) for name in names]
    rows: Counter[Row] = Counter()
    for row, times in table.rows.items():
        rows[tuple(row[i] for i in at)] += times
    return rows


def _defined(table: Table) -> dict[str, str]:
    """The definition, and what equality sees beside it: types, order of columns, the key."""
    columns = {f"column {c.name}": c.type for c in table.columns}
    order = {"order of columns": ", ".join(c.name for c in table.columns)}
    key = {"primary key": ", ".join(table.key)} if table.key else {}
    return {**columns, **order, **key, **table.definition}


def _objects(
    before: Mapping[str, Mapping[Name, dict[str, str]]],
    after: Mapping[str, Mapping[Name, dict[str, str]]],
) -> list[ObjectDiff]:
    found = []
    for kind in sorted(before.keys() | after.keys()):
        old, new = before.get(kind, {}), after.get(kind, {})
        for name in sorted(old.keys() | new.keys()):
            if name not in new or name not in old:
                fate: Fate = "missing" if name in old else "extra"
                found.append(ObjectDiff(kind, name, fate))
            elif changes := _properties(old[name], new[name]):
                found.append(ObjectDiff(kind, name, "changed", changes))
    return found


def _properties(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[PropertyChange, ...]:
    return tuple(
        PropertyChange(name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    )


def _bounded(entries: list[Any], limit: int) -> Bounded[Any]:
    return Bounded(tuple(entries[:limit]), max(0, len(entries) - limit))
