"""`StepKind`: what a step module offers; `Context`, what steps share; `Outcome`, how one ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._scenario.model import Mark, Scenario
    from pytest_kanister._scenario.reader import Reader
    from pytest_kanister._scenario.stage import Backup, Stage
    from pytest_kanister.errors import ScenarioError

__all__ = ["Context", "Outcome", "StepKind"]


@dataclass
class Context:
    """What one run of a scenario knows so far.

    Attributes:
        scenario: what is run.
        stage: where.
        mark: the current step's place, for errors.
        truth: everything that must come back; set by `seed`.
        now: the newest snapshot, while nothing has touched the data since; None otherwise.
        backup: what `backup` left.
    """

    scenario: Scenario
    stage: Stage
    mark: Mark
    truth: Snapshot | None = None
    now: Snapshot | None = None
    backup: Backup | None = None

    def need(self, what: str) -> Any:
        """An attribute that an earlier step has set; the loader saw to the order."""
        value = getattr(self, what)
        if value is None:
            raise self.error(f"there is no {what} yet at this step")
        return value

    def error(self, message: str, remedy: str = "") -> ScenarioError:
        """An error that points at the current step."""
        return self.mark.error(message, remedy)


@dataclass(frozen=True)
class Outcome:
    """How a step ended: see `StepResult`, which the runner makes of it."""

    summary: str
    verdict: Verdict = Verdict.PROVEN
    facts: dict[str, Any] = field(default_factory=dict)
    detail: str = ""


@dataclass(frozen=True)
class StepKind:
    """One kind of step.

    Attributes:
        word: how scenarios call it.
        needs: kinds of steps that must stand before it.
        why: half a sentence that explains `needs`.
        parse: reads the arguments; what it returns comes back to `run`.
        run: takes the step.  Raises `KanisterHarnessError`s.
    """

    word: str
    needs: tuple[str, ...]
    why: str
    parse: Callable[[Reader], Any]
    run: Callable[[Context, Any], Outcome]
