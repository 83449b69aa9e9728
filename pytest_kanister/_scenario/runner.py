"""`run_steps` and `run_scenario`: takes the steps in order and says how each ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.results import ScenarioResult, StepResult, Verdict
from pytest_kanister._scenario.steps.context import Context
from pytest_kanister._scenario.steps.kind import Outcome
from pytest_kanister._scenario.steps.registry import STEPS
from pytest_kanister.errors import (
    ActionSetError,
    HarnessBug,
    KanisterHarnessError,
    RoundTripMismatch,
    Unverified,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._scenario.model import Scenario, Step
    from pytest_kanister._scenario.stage import Host, Stage

__all__ = ["Runner", "run_scenario", "run_steps", "take"]


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
    return Runner(scenario, stage, on_step).run()


class Runner:
    """One run; `result` may be asked for at any moment, also when `run` was interrupted.

    Args:
        scenario: what to run.
        stage: where.
        on_step: called with each step as soon as it is done.
        on_begin: called with each step before it is taken.
    """

    def __init__(
        self,
        scenario: Scenario,
        stage: Stage,
        on_step: Callable[[StepResult], None] = lambda step: None,
        on_begin: Callable[[Step], None] = lambda step: None,
    ) -> None:
        self._scenario = scenario
        self._stage = stage
        self._on_step = on_step
        self._on_begin = on_begin
        self._context = Context(scenario, stage, scenario.mark)
        self._done: list[StepResult] = []
        self._begin = time.monotonic()
        self._current: tuple[Step, float] | None = None

    def run(self) -> ScenarioResult:
        """Takes the steps up to the first that is different or an error."""
        self._begin = time.monotonic()
        for step in self._scenario.steps:
            self._on_begin(step)
            self._current = step, time.monotonic()
            result = take(step, self._context)
            self._current = None
            self._done.append(result)
            self._on_step(result)
            if result.verdict in (Verdict.DIFFERENT, Verdict.ERROR):
                break
        return self.result()

    def result(self, interruption: str = "") -> ScenarioResult:
        """What came out so far; `interruption`: why the current step did not end."""
        done = list(self._done)
        if interruption and self._current is not None:
            step, begin = self._current
            done.append(
                StepResult(
                    step=step.kind,
                    verdict=Verdict.ERROR,
                    summary=f"interrupted: {interruption}",
                    seconds=time.monotonic() - begin,
                    where=str(step.mark),
                    facts={"error": "Interrupted", "exitCode": 4},
                )
            )
        return ScenarioResult(
            name=self._scenario.title,
            verdict=_worst(done),
            steps=tuple(done),
            ran=self._stage.ran(),
            losses=self._stage.losses,
            seconds=time.monotonic() - self._begin,
        )


def take(step: Step, context: Context) -> StepResult:
    """Takes one step; errors become verdicts.

    Raises:
        HarnessBug: our mistake.
    """
    kind = STEPS[step.kind]
    context.mark = step.mark
    context.limit_s = _limit_s(step, context.scenario)
    begin = time.monotonic()
    try:
        outcome = kind.run(context, step.arguments)
    except HarnessBug:
        raise
    except KanisterHarnessError as error:
        outcome = Outcome(
            str(error).splitlines()[0],
            verdict=_verdict(error),
            facts={"error": type(error).__name__, "exitCode": error.exit_code},
            detail=str(error),
        )
    seconds = time.monotonic() - begin
    if not kind.bounded and outcome.verdict is Verdict.PROVEN:
        outcome = _in_time(outcome, seconds, context.limit_s)
    redact = context.stage.redact
    return StepResult(
        step=step.kind,
        verdict=outcome.verdict,
        summary=redact(outcome.summary),
        seconds=seconds,
        where=str(step.mark),
        facts=_redacted(outcome.facts, redact)
        | ({"findings": list(outcome.findings)} if outcome.findings else {}),
        detail=redact("\n".join([*outcome.findings, outcome.detail]).strip("\n")),
    )


def _limit_s(step: Step, scenario: Scenario) -> float | None:
    """The step's own limit, the scenario's for this kind, its default, or none."""
    own: float | None = getattr(step.arguments, "timeout_s", None)
    # `expectFailure` takes another step, whose limit is meant unless it has one of its own.
    words = (step.kind, getattr(step.arguments, "word", step.kind), "default")
    limits = (scenario.timeouts_s.get(word) for word in words)
    return own or next((limit for limit in limits if limit), None)


def _in_time(outcome: Outcome, seconds: float, limit_s: float | None) -> Outcome:
    if limit_s is None or seconds <= limit_s:
        return outcome
    return Outcome(
        f"done, but in {seconds:.2f} s; it may take {limit_s:g} s",
        verdict=Verdict.DIFFERENT,
        facts=outcome.facts,
        detail=outcome.summary,
    )


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(part, redact) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(part, redact) for part in value]
    return value


def _verdict(error: KanisterHarnessError) -> Verdict:
    if isinstance(error, ActionSetError | RoundTripMismatch):
        return Verdict.DIFFERENT
    if isinstance(error, Unverified):
        return Verdict.UNVERIFIED
    return Verdict.ERROR


_ORDER = (Verdict.PROVEN, Verdict.UNVERIFIED, Verdict.DIFFERENT, Verdict.ERROR)


def _worst(steps: list[StepResult]) -> Verdict:
    return max((step.verdict for step in steps), key=_ORDER.index, default=Verdict.UNVERIFIED)
