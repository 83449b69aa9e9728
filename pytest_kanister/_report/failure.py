"""What a person reads when a scenario did not prove itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._model.results import Verdict
from pytest_kanister._report.lines import ran_lines, step_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._model.results import ScenarioResult, StepResult

__all__ = ["failure_text", "source_lines"]

_HEADLINES = {
    Verdict.DIFFERENT: "what was promised did not happen",
    Verdict.UNVERIFIED: "a check could not be made, so nothing is proven by it",
    Verdict.ERROR: "the scenario could not be run to its end",
}

_REMEDIES = {
    Verdict.DIFFERENT: "run again with --kanister-keep to leave cluster and database in place",
    Verdict.UNVERIFIED: "list the check under spec.unverified with a reason, or leave it out",
    Verdict.ERROR: "mend what is named above, then run again",
}


def failure_text(result: ScenarioResult) -> str:
    """What, where in the scenario's own file, the evidence, what ran, what now."""
    bad = [step for step in result.steps if step.verdict is not Verdict.PROVEN]
    lines = [f"scenario {result.name!r}: {_HEADLINES[result.verdict]}"]
    for step in bad:
        lines += ["", *_step_lines(step)]
    lines += ["", "steps:", *(f"  {step_line(step)}" for step in result.steps)]
    lines += ["", "what really ran:", *ran_lines(result.ran, result.losses)]
    lines += ["", "what now:", f"  - {_REMEDIES[result.verdict]}"]
    return "\n".join(lines)


def _step_lines(step: StepResult) -> list[str]:
    lines = [f"step {step.step!r}: {step.verdict.value}"]
    if step.summary and not step.detail.startswith(step.summary):
        lines.append(f"  {step.summary}")
    if step.where:
        lines += [f"  at {step.where}", *(f"  {line}" for line in source_lines(step.where))]
    if step.detail:
        lines += [f"  {line}".rstrip() for line in step.detail.splitlines()]
    return lines


def source_lines(where: str, read: Callable[[Path], str] = Path.read_text) -> list[str]:
    """The line of a `file:line:column` with a mark below it, and the line before.

    Empty when the file cannot be read any more: then `where` must do.
    """
    file, _, rest = where.partition(":")
    line_text, _, column_text = rest.partition(":")
    if not line_text.isdigit():
        return []
    try:
        lines = read(Path(file)).splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    number = int(line_text)
    if not 0 < number <= len(lines):
        return []
    width = len(str(number))
    shown = [
        f"{index:>{width}} | {lines[index - 1]}".rstrip()
        for index in range(max(1, number - 1), number + 1)
    ]
    if column_text.isdigit():
        shown.append(f"{'':>{width}} | {' ' * (int(column_text) - 1)}^")
    return shown
