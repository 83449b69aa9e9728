"""Terminal text of steps and whole scenarios; colour only when the caller says so."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from pytest_kanister._model.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_kanister._model.results import ScenarioResult, StepResult

__all__ = ["closing_lines", "paint", "ran_lines", "step_line", "table_lines"]

_COLOURS = {
    Verdict.PROVEN: "32",
    Verdict.DIFFERENT: "31",
    Verdict.UNVERIFIED: "33",
    Verdict.ERROR: "31",
}

_ROLES = ("database", "store", "cluster", "kanister", "isolation")
_LAST = ("unseen", "unmodelled")
_WIDTH = 110
"""Columns for long lists: what fits into most terminals and CI logs."""


def paint(text: str, verdict: Verdict, *, colour: bool) -> str:
    """The text in the verdict's colour."""
    return f"\x1b[{_COLOURS[verdict]}m{text}\x1b[0m" if colour else text


def step_line(step: StepResult, *, colour: bool = False) -> str:
    """`  0.41 s  proven      backup         ActionSet backup-x7k2p complete; …`."""
    verdict = paint(f"{step.verdict.value:<10}", step.verdict, colour=colour)
    return f"{step.seconds:6.2f} s  {verdict}  {step.step:<13}  {step.summary}"


def ran_lines(ran: Mapping[str, str], losses: Sequence[str] = ()) -> list[str]:
    """What really ran, one role a line, and what this machine could not give."""
    roles = [role for role in _ROLES if role in ran]
    roles += [role for role in ran if role not in (*_ROLES, *_LAST)]
    said = [(role, ran[role]) for role in roles]
    said += [("lost", loss) for loss in losses]
    said += [(role, ran[role]) for role in _LAST if role in ran]
    return [line for role, text in said for line in _wrapped(role, text)]


def _wrapped(role: str, text: str) -> list[str]:
    return wrap(
        text,
        _WIDTH,
        initial_indent=f"  {role:<10} ",
        subsequent_indent=" " * 13,
        break_long_words=False,
        break_on_hyphens=False,
    )


def closing_lines(result: ScenarioResult, *, colour: bool = False) -> list[str]:
    """The verdict in one line, then what really ran."""
    verdict = paint(result.verdict.value, result.verdict, colour=colour)
    steps = "1 step" if len(result.steps) == 1 else f"{len(result.steps)} steps"
    return [
        f"{verdict}: {result.name}, {steps} in {result.seconds:.2f} s",
        "what really ran:",
        *ran_lines(result.ran, result.losses),
    ]


def table_lines(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A small table with numbers to the right, as database clients draw it."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(columns)]
    numeric = [all(isinstance(row[i], int) for row in rows) for i in range(len(columns))]

    def line(texts: Sequence[str]) -> str:
        return "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, numeric, strict=True)
        ).rstrip()

    return [line(columns), "  ".join("-" * width for width in widths), *map(line, cells)]


def _cell(value: object) -> str:
    if value is None:
        return "NULL"
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
