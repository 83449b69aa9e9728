"""What `try` prints: the guess, the verdict by grade, the difference, the advice."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from pytest_kanister._model.results import Verdict
from pytest_kanister._report.failure import source_lines
from pytest_kanister._report.lines import paint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_kanister._cli.trying.advice import Advice
    from pytest_kanister._cli.trying.grading import Grade
    from pytest_kanister._cli.trying.plan import Plan
    from pytest_kanister._cli.trying.running import Round

__all__ = ["advice_lines", "details", "grade_lines", "plan_lines", "verdict_line"]

_WIDTH = 110
_MARGIN = " " * 13


def plan_lines(plan: Plan) -> Iterator[str]:
    """The file, what it was taken for and why, what was filled in."""
    found = plan.guess
    yield f"blueprint    {plan.blueprint.document.file} (sha256 {plan.blueprint.digest[:12]}…)"
    if plan.kind and plan.kind == found.kind:
        yield f"guessed      workload {plan.kind}, because"
    elif plan.kind:
        yield f"workload     {plan.kind}"
    else:
        yield f"guessed      {found.other or 'nothing'}" + (", because" if found.other else "")
    if not plan.kind or plan.kind == found.kind:
        for clue in (*found.clues, *found.other_clues):
            yield f"{_MARGIN}{clue.where} {clue.what}"
    for kind, where in found.objects.items():
        yield f"{_MARGIN}{where} its object is a {kind}"
    said = [f"{key}: {value}" for key, value in plan.workload.items() if key in found.options]
    if said:
        yield f"like this    {', '.join(said)}"
    for note in plan.notes:
        yield from _hanging("note", note)


def grade_lines(grades: Sequence[Grade], *, colour: bool = False) -> Iterator[str]:
    """One line each, long ones folded."""
    for grade in grades:
        verdict = paint(f"{grade.verdict.value:<10}", grade.verdict, colour=colour)
        first, *more = wrap(grade.what, _WIDTH - 24, break_on_hyphens=False) or [""]
        yield f"  {grade.name:<8}  {verdict}  {first}"
        for line in more:
            yield f"{'':24}{line}"


def details(found: Round) -> Iterator[str]:
    """Findings, then what steps that are not proven have to show: errors and the difference."""
    for step in found.result.steps:
        for finding in step.facts.get("findings", ()):
            yield from _hanging("finding", f"{step.step}: {finding}")
    for step in found.result.steps:
        if step.verdict is not Verdict.PROVEN:
            yield f"step {step.step!r}: {step.verdict.value}"
            if not step.detail.startswith(step.summary):
                yield f"  {step.summary}"
            for line in step.detail.splitlines():
                yield f"  {line}".rstrip()


def advice_lines(advices: Sequence[Advice]) -> Iterator[str]:
    """Each with its source line."""
    for number, advice in enumerate(advices, 1):
        yield from _hanging(f"{number}.", advice.seen, 4)
        code = f" [{advice.code}]" if advice.code else ""
        yield f"    {advice.where}: {advice.what}{code}"
        yield from _excerpt(advice.where)
        yield from _hanging("    =", advice.remedy, 6)


def _excerpt(where: str) -> Iterator[str]:
    """The line with a mark below it; of a long one the part around the mark."""
    lines = source_lines(where, lambda path: path.read_text("utf-8"))[-2:]
    mark = lines[-1].find("^") if lines else 0
    gutter = lines[0].find("|") + 2 if lines else 0
    cut = max(0, mark - gutter - _WIDTH // 2)
    for line in lines:
        yield f"    {line[:gutter]}{line[gutter + cut :][: _WIDTH - gutter]}".rstrip()


def verdict_line(found: Round, verdict: Verdict, *, colour: bool = False) -> str:
    """The verdict of one circle."""
    word = paint(verdict.value, verdict, colour=colour)
    steps = len(found.result.steps)
    return f"{word}: {found.scenario.name}, {steps} steps in {found.result.seconds:.2f} s"


def _hanging(word: str, text: str, width: int = 13) -> Iterator[str]:
    lines = wrap(text, _WIDTH - width, break_long_words=False, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        yield f"{word if number == 0 else '':<{width}}{line}"
