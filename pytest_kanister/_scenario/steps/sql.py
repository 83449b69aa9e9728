"""`sql: INSERT …`, or `sql: {statement: SELECT …, expect: [[9]]}`: statements as administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.arguments import PLACE, PLACES, TEXT, object_of, place
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "Sql"]

_SHOWN = 20


@dataclass(frozen=True)
class Sql:
    """Statements in the workload's own language, and the rows that the last one must give.

    Attributes:
        statement: one or several.
        expect: rows in order, cells compared as texts; None: any.
        where: `source` or `restored`.
    """

    statement: str
    expect: tuple[tuple[str | None, ...], ...] | None = None
    where: str = "source"


def parse(reader: Reader) -> Sql:
    """A text, or a mapping."""
    if not isinstance(reader.data, dict):
        return Sql(reader.text())
    reader.mapping(required=("statement",), optional=("expect", "in"))
    return Sql(
        statement=reader.at("statement").text(),
        expect=reader.field("expect", _rows, None),
        where=reader.field("in", lambda part: part.one_of(PLACES), "source"),
    )


def _rows(reader: Reader) -> tuple[tuple[str | None, ...], ...]:
    return tuple(
        tuple(None if cell.data is None else cell.scalar() for cell in row.items())
        for row in reader.items()
    )


def run(context: Context, sql: Sql) -> Outcome:
    """Runs them; rows are compared when the step says which it expects."""
    stage = place(context, sql.where)
    if stage is context.stage:
        context.now = None
    rows = stage.workload.execute(sql.statement)
    shown = " ".join(sql.statement.split())
    shown = shown if len(shown) <= 60 else f"{shown[:59]}…"
    if sql.expect is None:
        return Outcome(f"ran {shown}", facts={"rows": len(rows)})
    found = tuple(tuple(_text(cell) for cell in row) for row in rows)
    if found == sql.expect:
        return Outcome(f"{shown} gave the expected rows", facts={"rows": len(rows)})
    return Outcome(
        f"{shown} gave other rows than expected",
        verdict=Verdict.DIFFERENT,
        facts={"rows": len(rows)},
        detail="\n".join(["expected", *_lines(sql.expect), "found", *_lines(found)]),
    )


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"  # as `true` in the scenario is read
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)


def _lines(rows: Sequence[Sequence[str | None]]) -> list[str]:
    shown = [f"  {', '.join('NULL' if c is None else c for c in row)}" for row in rows[:_SHOWN]]
    more = [f"  … and {len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else []
    return [*shown, *more] or ["  no row"]


KIND = StepKind(
    "sql",
    "Runs statements in the workload's own language; compares the rows when it says `expect`",
    {
        "oneOf": [
            TEXT,
            object_of(
                {
                    "statement": TEXT,
                    "expect": {
                        "type": "array",
                        "items": {
                            "type": "array",
                            "items": {"type": ["string", "number", "boolean", "null"]},
                        },
                    },
                    "in": PLACE,
                },
                ("statement",),
            ),
        ]
    },
    parse,
    run,
)
