"""`Steps`: the steps of scenario files, for tests in Python."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.positions import Document
from pytest_kanister._model.results import StepResult, Verdict
from pytest_kanister._scenario.loader import raise_all
from pytest_kanister._scenario.model import Mark, Scenario, Step, WorkloadSpec
from pytest_kanister._scenario.reader import Reader
from pytest_kanister._scenario.runner import take
from pytest_kanister._scenario.steps.context import Context
from pytest_kanister._scenario.steps.registry import STEPS
from pytest_kanister.errors import EnvironmentProblem, RoundTripMismatch, Unverified, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._harness.stage import WorkloadStage
    from pytest_kanister._scenario.stage import Backup

__all__ = ["Steps"]


class Steps:
    """Takes the steps that scenario files have, with the same arguments and the same checks.

    ::

        step = kanister.steps(kanister_mysql, blueprint="mysql-blueprint.yaml")
        step("seed", "accounts")
        step("backup", name="first")
        step("damage", drop="myImportantData")
        step("restore", backup="first")
        step("verify", rows="exact")

    A step that is not proven raises: `RoundTripMismatch` (an AssertionError) for what is
    different, `Unverified`, or the error that kept it from ending.

    Args:
        stage: where.
        blueprint: a file, as `Harness.backup` takes it.
        beside: folder in which relative files are looked up.
        on_step: called with each step as soon as it is done.
    """

    def __init__(
        self,
        stage: WorkloadStage,
        blueprint: str | Path,
        beside: Path,
        on_step: Callable[[StepResult], None],
    ) -> None:
        workload = stage.workload
        self._on_step = on_step
        self._scenario = Scenario(
            name="python",
            description="",
            workload=WorkloadSpec(workload.kind, workload.name, workload.namespace),
            blueprint=str(blueprint),
            steps=(),
            unverified=(),
            path=beside / "in-python",
            mark=Mark("in-python", 1, 1),
        )
        self._context = Context(self._scenario, stage, self._scenario.mark)

    @property
    def backups(self) -> dict[str, Backup]:
        """The backups by name, in order."""
        return {name: taken.backup for name, taken in self._context.taken.items()}

    @property
    def snapshots(self) -> dict[str, Snapshot]:
        """The named snapshots."""
        return dict(self._context.snapshots)

    def __call__(self, step: str, argument: object = None, /, **arguments: Any) -> StepResult:
        """Takes one step.

        Args:
            step: its word in scenario files.
            argument: what stands after the colon there.
            arguments: the same as a mapping, when it is one.

        Raises:
            ScenarioError: arguments that the step does not take, or an order that proves nothing.
            RoundTripMismatch: different.
            Unverified: a check could not be made.
            KanisterHarnessError: what kept the step from ending.
        """
        if step not in STEPS:
            raise UsageProblem(f"there is no step {step!r}; steps: {', '.join(STEPS)}")
        if argument is not None and arguments:
            raise UsageProblem(f"step {step!r}: expected one argument or keywords, found both")
        caller = sys._getframe(1)
        mark = Mark(caller.f_code.co_filename, caller.f_lineno, 1)
        reader = Reader(Document(arguments or argument, mark.file, {(): (mark.line, 1)}))
        parsed = STEPS[step].parse(reader)
        raise_all(reader.problems)
        self._context.scenario = replace(self._scenario, mark=mark)
        result = take(Step(step, parsed, mark), self._context)
        self._on_step(result)
        if result.verdict is not Verdict.PROVEN:
            raise _error(result, mark)
        return result


def _error(result: StepResult, mark: Mark) -> Exception:
    title = f"step {result.step!r}: {result.summary}"
    detail = "" if result.detail.startswith(result.summary) else result.detail
    if result.verdict is Verdict.UNVERIFIED:
        return Unverified(f"{title}\n{detail}".rstrip())
    if result.verdict is Verdict.DIFFERENT:
        return RoundTripMismatch(title, result.detail if detail else "")
    if result.facts.get("exitCode") == EnvironmentProblem.exit_code:
        return EnvironmentProblem(title, remedies=["mend what it names"], evidence=detail)
    said = result.detail.removeprefix(f"{mark}: ")
    if result.facts.get("error") == "VacuousScenario":
        return mark.vacuous(said)
    return mark.error(said)
