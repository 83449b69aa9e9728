"""One scenario on the command line: each step as it happens, the verdict, what really ran."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from pytest_kanister._harness import Harness
from pytest_kanister._model.results import Verdict
from pytest_kanister._report.failure import failure_text
from pytest_kanister._report.lines import closing_lines, step_line
from pytest_kanister._scenario.runner import run_steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._model.results import ScenarioResult, StepResult
    from pytest_kanister._model.settings import Settings
    from pytest_kanister._scenario import Scenario

__all__ = ["round_trip"]


def round_trip(
    scenario: Scenario,
    settings: Settings,
    after_step: Callable[[StepResult, Workload], None] = lambda step, workload: None,
) -> int:
    """Runs the scenario on a cluster of its own and prints as it goes.

    Args:
        scenario: what to run.
        settings: how.
        after_step: called when a step's line is printed, with the workload as it then is.

    Returns:
        The exit status: 0 proven, 1 different, 2 usage, 3 unverified, 4 environment.
    """
    colour = sys.stdout.isatty()
    begin = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - begin:6.2f} s    {line}", flush=True)

    with Harness(settings, progress=tell) as harness:
        spec = scenario.workload
        stage = harness.open_stage(
            spec.kind,
            name=spec.name,
            namespace=spec.namespace,
            options=spec.options,
            beside=scenario.path.parent,
        )
        print("\n    took  verdict     step           what happened", flush=True)

        def on_step(step: StepResult) -> None:
            harness.step_done(step)
            print(step_line(step, colour=colour), flush=True)
            after_step(step, stage.workload)

        result = run_steps(scenario, stage, on_step)
        print()
        if result.verdict is not Verdict.PROVEN:
            print(failure_text(result))
            print()
        for line in closing_lines(result, colour=colour):
            print(line)
    return _exit_status(result)


def _exit_status(result: ScenarioResult) -> int:
    """The step's own when it ended in an error: whose fault it was is known there."""
    last = result.steps[-1].facts.get("exitCode") if result.steps else None
    return last if isinstance(last, int) else result.verdict.exit_code
