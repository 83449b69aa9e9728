"""`StepKind`: what a step module offers; `Outcome`, how one ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_kanister._scenario.reader import Reader

__all__ = ["Context", "Outcome", "StepKind"]


@dataclass(frozen=True)
class Outcome:
    """How a step ended: see `StepResult`, which the runner makes of it.

    Attributes:
        summary: one line, past tense.
        verdict: how it ended.
        facts: figures by name.
        detail: more lines.
        findings: what the author should know although the step is proven; one sentence each.
    """

    summary: str
    verdict: Verdict = Verdict.PROVEN
    facts: dict[str, Any] = field(default_factory=dict)
    detail: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepKind:
    """One kind of step.

    Attributes:
        word: how scenarios call it.
        help: what it does, one sentence; for the schema.
        schema: JSON schema of its arguments.
        parse: reads the arguments; what it returns comes back to `run`.
        run: takes the step.  Raises `KanisterHarnessError`s.
        needs: kinds of steps of which one must stand before it.
        why: half a sentence that explains `needs`.
        bounded: whether `run` itself ends at the step's time limit (`Context.limit_s`); others
            are judged by it when they have ended.
    """

    word: str
    help: str
    schema: Mapping[str, Any]
    parse: Callable[[Reader], Any]
    run: Callable[[Context, Any], Outcome]
    needs: tuple[str, ...] = ()
    why: str = ""
    bounded: bool = False
