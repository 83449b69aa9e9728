"""Whether a list of steps can prove anything, judged before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._scenario.steps.registry import step_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._scenario.model import Mark, Step

__all__ = ["check_steps"]

_VERDICTS = ("verify", "verifyDeleted")


def check_steps(steps: Sequence[Step], where: Mark) -> None:
    """Refuses an order in which a step has nothing to work on, or nothing could fail.

    Raises:
        ScenarioError: a step needs another one before it, or stands twice.
        VacuousScenario: no step compares anything.
    """
    done: set[str] = set()
    for step in steps:
        if step.kind in done:
            raise step.mark.error(
                f"the step {step.kind!r} stands here twice; a scenario takes each step once so far"
            )
        kind = step_kind(step.kind)
        for need in kind.needs if kind else ():
            if need not in done:
                error = step.mark.vacuous if step.kind in _VERDICTS else step.mark.error
                raise error(
                    f"{step.kind!r} needs {need!r} before it: {kind.why if kind else ''}",
                    f"put a step {need!r} above this one",
                )
        done.add(step.kind)
    if not done.intersection(_VERDICTS):
        raise where.vacuous(
            "no step compares anything, so this scenario cannot fail",
            "end it with 'verify', or with 'delete' and 'verifyDeleted'",
        )
