"""A difference as text that a stranger understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._data.proof.canonical import LONGEST_SHOWN, NOT_KEPT, show
from pytest_kanister._data.proof.grades import class_grade
from pytest_kanister._data.proof.snapshot import qualified

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_kanister._data.proof.canonical import Column, Row
    from pytest_kanister._data.proof.changes import (
        Bounded,
        ObjectDiff,
        PropertyChange,
        RowChange,
        RowCount,
        TableDiff,
    )
    from pytest_kanister._data.proof.diff import Diff

__all__ = ["render", "render_row"]


def render(diff: Diff) -> str:
    """Lines without colour; empty when nothing differs."""
    return "\n".join(_lines(diff))


def render_row(columns: Sequence[Column], row: Row) -> str:
    """`('edward', 5589)`."""
    return "(" + ", ".join(show(c, cell) for c, cell in zip(columns, row, strict=True)) + ")"


def _lines(diff: Diff) -> Iterator[str]:
    for item in diff.objects.entries:
        yield from _object(item)
    yield from _rest(diff.objects, "other objects differ", indent="")
    for table in diff.tables.entries:
        yield from _table(table)
    yield from _rest(diff.tables, "tables differ", indent="")


def _object(item: ObjectDiff) -> Iterator[str]:
    title = f"{item.kind} {qualified(item.name)}"
    if item.fate == "missing":
        yield f"{title}: missing (it was there before)"
    elif item.fate == "extra":
        yield f"{title}: extra (it was not there before)"
    else:
        yield f"{title}: changed"
        users = class_grade(item.kind) == "users"
        yield from _properties(item.properties, "users " if users else "schema")


def _table(table: TableDiff) -> Iterator[str]:
    title = f"table {qualified(table.name)}"
    if table.fate == "missing":
        yield f"{title}: missing, with {_rows(table.rows_before)}"
        return
    if table.fate == "extra":
        yield f"{title}: extra (it was not there before), with {_rows(table.rows_after)}"
        return
    yield f"{title}: {_rows(table.rows_before)} before, {table.rows_after} after"
    yield from _properties(table.definition)
    if table.lost_columns:
        yield f"  - lost     the data of {', '.join(table.lost_columns)}"
        yield "             (rows below: only the columns that both have)"
    if table.unlocated:
        yield "  ~ rows     differ"
    if table.note:
        yield f"             ({table.note})"
    for gone in table.missing.entries:
        yield f"  - missing  {render_row(table.columns, gone.row)}{_times(gone)}"
    yield from _rest(table.missing, "different rows are missing", rows=table.missing_rows)
    for change in table.changed.entries:
        yield _changed(table.columns, change)
    yield from _rest(table.changed, "different rows changed", rows=table.changed_rows)
    for new in table.extra.entries:
        yield f"  + extra    {render_row(table.columns, new.row)}{_times(new)}"
    yield from _rest(table.extra, "different rows are extra", rows=table.extra_rows)


def _changed(columns: Sequence[Column], change: RowChange) -> str:
    before, after = render_row(columns, change.before), render_row(columns, change.after)
    cells = ", ".join(
        f"{columns[i].name}: {_cells(columns[i], change.before[i], change.after[i])}"
        for i in change.columns
        if change.before[i] is not NOT_KEPT
    )
    times = f"  ({change.times} times)" if change.times > 1 else ""
    word = "limit  " if change.limit else "changed"
    why = "   (the engine's own dump alters it so)" if change.limit else ""
    return f"  ~ {word}  {before} -> {after}{cells and '   '}{cells}{times}{why}"


def _cells(column: Column, before: bytes | None, after: bytes | None) -> str:
    text = f"{show(column, before)} -> {show(column, after)}"
    if before is None or after is None or max(len(before), len(after)) <= LONGEST_SHOWN:
        return text
    shared = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    return f"{text}, from byte {shared + 1} on"


def _times(count: RowCount) -> str:
    if count.before in (0, 1) and count.after in (0, 1):
        return ""
    return f"  ({count.before} before, {count.after} after)"


def _properties(changes: Sequence[PropertyChange], word: str = "schema") -> Iterator[str]:
    for change in changes:
        if change.after is None:
            yield f"  - {word}   {change.name}: {change.before}"
        elif change.before is None:
            yield f"  + {word}   {change.name}: {change.after}"
        else:
            yield f"  ~ {word}   {change.name}: {change.before} -> {change.after}"


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"


def _rest(
    entries: Bounded[object], what: str, *, rows: int | None = None, indent: str = "  "
) -> Iterator[str]:
    if entries.more:
        whole = f" ({_rows(rows)} in all)" if rows is not None else ""
        yield f"{indent}… and {entries.more} more {what}{whole}"
