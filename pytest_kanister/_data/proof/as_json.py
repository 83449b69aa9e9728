"""A difference as JSON values, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.canonical import json_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._data.proof.canonical import Column, Row
    from pytest_kanister._data.proof.changes import RowChange, RowCount, TableDiff
    from pytest_kanister._data.proof.diff import Diff

__all__ = ["diff_as_json"]


def diff_as_json(diff: Diff) -> dict[str, Any]:
    """`{"different", "grades", "rowsBefore", "rowsAfter", "tables", "objects", …}`.

    Cells are null, numbers or texts; what is no text is `{"hex": …}`, what a large
    table's digests do not tell `{"kept": false}`.  `moreX` counts what the
    bounded list `x` leaves out.
    """
    return {
        "different": bool(diff),
        "grades": list(diff.grades),
        "rowsBefore": diff.rows_before,
        "rowsAfter": diff.rows_after,
        "tables": [_table(table) for table in diff.tables.entries],
        "moreTables": diff.tables.more,
        "objects": [
            {
                "class": item.kind,
                "name": list(item.name),
                "fate": item.fate,
                "properties": [asdict(change) for change in item.properties],
            }
            for item in diff.objects.entries
        ],
        "moreObjects": diff.objects.more,
    }


def _table(table: TableDiff) -> dict[str, Any]:
    columns = table.columns
    return {
        "name": list(table.name),
        "fate": table.fate,
        "rowsBefore": table.rows_before,
        "rowsAfter": table.rows_after,
        "columns": [column.name for column in columns],
        "lostColumns": list(table.lost_columns),
        "missing": [_count(columns, count) for count in table.missing.entries],
        "moreMissing": table.missing.more,
        "missingRows": table.missing_rows,
        "changed": [_change(columns, change) for change in table.changed.entries],
        "moreChanged": table.changed.more,
        "changedRows": table.changed_rows,
        "limitedRows": table.limited_rows,
        "extra": [_count(columns, count) for count in table.extra.entries],
        "moreExtra": table.extra.more,
        "extraRows": table.extra_rows,
        "definition": [asdict(change) for change in table.definition],
        "unlocated": table.unlocated,
        "note": table.note,
    }


def _count(columns: Sequence[Column], count: RowCount) -> dict[str, Any]:
    return {"row": _row(columns, count.row), "before": count.before, "after": count.after}


def _change(columns: Sequence[Column], change: RowChange) -> dict[str, Any]:
    return {
        "before": _row(columns, change.before),
        "after": _row(columns, change.after),
        "columns": [columns[i].name for i in change.columns],
        "times": change.times,
        "limit": change.limit,
    }


def _row(columns: Sequence[Column], row: Row) -> list[object]:
    return [json_value(column, cell) for column, cell in zip(columns, row, strict=True)]
