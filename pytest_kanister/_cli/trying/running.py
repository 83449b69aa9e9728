"""One circle on a stage of its own; unlike a scenario it goes on behind a difference."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._data.proof import compare
from pytest_kanister._model.results import ScenarioResult, StepResult, Verdict
from pytest_kanister._scenario.runner import take
from pytest_kanister._scenario.steps.context import Context
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_kanister._data.proof import Diff
    from pytest_kanister._harness import Harness
    from pytest_kanister._scenario import Scenario

__all__ = ["ORDER", "Round", "run_circle", "worst"]

ORDER = (Verdict.PROVEN, Verdict.UNVERIFIED, Verdict.DIFFERENT, Verdict.ERROR)
"""From best to worst."""

_WHOLE = 10**9
"""Entries of a difference: all, as they are counted by class."""

_GO_ON = {"verify": (Verdict.DIFFERENT, Verdict.UNVERIFIED), "restore": (Verdict.DIFFERENT,)}


@dataclass(frozen=True)
class Round:
    """What one circle showed.

    Attributes:
        scenario: what was run.
        result: its steps; those behind a difference included, where they mean something.
        diff: what came back wrong, known losses included; None: nothing was compared.
    """

    scenario: Scenario
    result: ScenarioResult
    diff: Diff | None

    @property
    def broke_off(self) -> StepResult | None:
        """The backup or restore that failed, so that nothing was compared; None: none did."""
        for step in self.result.steps:
            if step.step in ("backup", "restore") and step.verdict is Verdict.DIFFERENT:
                return step
        return None


def run_circle(
    scenario: Scenario, harness: Harness, on_step: Callable[[StepResult], None]
) -> Round:
    """Takes the steps; a difference in `verify` or a failed restore leaves the deletes to be seen.

    Raises:
        EnvironmentProblem, ApiError, UsageProblem: the stage could not be set up.
    """
    spec = scenario.workload
    stage = harness.open_stage(
        spec.kind,
        name=spec.name,
        namespace=spec.namespace,
        options=spec.options,
        beside=scenario.path.parent,
    )
    context = Context(scenario, stage, scenario.mark)
    done: list[StepResult] = []
    diff: Diff | None = None
    begin = time.monotonic()
    try:
        restore_failed = False
        for step in scenario.steps:
            if step.kind == "verify" and restore_failed:
                continue
            result = take(step, context)
            if step.kind == "verify" and context.restored and context.now is not None:
                with contextlib.suppress(Unverified):  # as the step itself says
                    diff = compare(context.restored.taken.truth, context.now, limit=_WHOLE)
            done.append(result)
            harness.step_done(result)
            on_step(result)
            if result.verdict is Verdict.PROVEN:
                continue
            if result.verdict not in _GO_ON.get(step.kind, ()):
                break
            restore_failed = restore_failed or step.kind == "restore"
        return Round(
            scenario,
            ScenarioResult(
                name=scenario.title,
                verdict=worst(step.verdict for step in done),
                steps=tuple(done),
                ran=stage.ran(),
                losses=stage.losses,
                seconds=time.monotonic() - begin,
            ),
            diff,
        )
    finally:
        harness.close_stage(stage)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of them; unverified when there is none."""
    return max(verdicts, key=ORDER.index, default=Verdict.UNVERIFIED)
