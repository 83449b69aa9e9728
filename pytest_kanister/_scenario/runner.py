"""`run_steps` and `run_scenario`: takes the steps in order and says how each ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pytest_kanister._model.results import ScenarioResult, StepResult, Verdict
from pytest_kanister._scenario.steps.kind import Context
from pytest_kanister._scenario.steps.registry import STEPS
from pytest_kanister.errors import (
    ActionSetError,
    HarnessBug,
    KanisterHarnessError,
    RoundTripMismatch,
    ScenarioError,
    Unverified,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._scenario.model import Scenario, Step
    from pytest_kanister._scenario.stage import Host, Stage

__all__ = ["run_scenario", "run_steps"]


def run_scenario(
    scenario: Scenario, host: Host, on_step: Callable[[StepResult], None] = lambda step: None
) -> ScenarioResult:
    """Opens a stage for the scenario, runs it there and closes the stage, however it ends.

    Args:
        scenario: what to run.
        host: sets the stage up, a `Harness`.
        on_step: called with each step as soon as it is done.

    Raises:
        EnvironmentProblem, ApiError, UsageProblem: the stage could not be set up.  What goes
            wrong later is in the result.
    """
    spec = scenario.workload
    stage = host.open_stage(
        spec.kind, name=spec.name, namespace=spec.namespace, options=spec.options
    )
    try:
        return run_steps(scenario, stage, on_step)
    finally:
        host.close_stage(stage)


def run_steps(
    scenario: Scenario, stage: Stage, on_step: Callable[[StepResult], None] = lambda step: None
) -> ScenarioResult:
    """Runs the steps on a stage that stands; stops after the first that is not proven."""
    begin = time.monotonic()
    context = Context(scenario, stage, scenario.mark)
    done: list[StepResult] = []
    for step in scenario.steps:
        result = _take(step, context)
        done.append(result)
        on_step(result)
        if result.verdict in (Verdict.DIFFERENT, Verdict.ERROR):
            break
    return ScenarioResult(
        name=scenario.name,
        verdict=_worst(done),
        steps=tuple(done),
        ran=stage.ran(),
        losses=stage.losses,
        seconds=time.monotonic() - begin,
    )


def _take(step: Step, context: Context) -> StepResult:
    context.mark = step.mark
    begin = time.monotonic()
    try:
        outcome = STEPS[step.kind].run(context, step.arguments)
    except HarnessBug:
        raise
    except KanisterHarnessError as error:
        return StepResult(
            step=step.kind,
            verdict=_verdict(error),
            summary=str(error).splitlines()[0],
            seconds=time.monotonic() - begin,
            where=str(step.mark),
            facts={"error": type(error).__name__, "exitCode": error.exit_code},
            detail=str(error),
        )
    return StepResult(
        step=step.kind,
        verdict=outcome.verdict,
        summary=outcome.summary,
        seconds=time.monotonic() - begin,
        where=str(step.mark),
        facts=outcome.facts,
        detail=outcome.detail,
    )


def _verdict(error: KanisterHarnessError) -> Verdict:
    if isinstance(error, ActionSetError | RoundTripMismatch):
        return Verdict.DIFFERENT
    if isinstance(error, Unverified):
        return Verdict.UNVERIFIED
    if isinstance(error, ScenarioError):
        return Verdict.ERROR
    return Verdict.ERROR


_ORDER = (Verdict.PROVEN, Verdict.UNVERIFIED, Verdict.DIFFERENT, Verdict.ERROR)


def _worst(steps: list[StepResult]) -> Verdict:
    return max((step.verdict for step in steps), key=_ORDER.index, default=Verdict.UNVERIFIED)
