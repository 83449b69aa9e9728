"""`ScenarioFile` and `ScenarioItem`: scenario files as pytest sees them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_kanister._kube import warm_up
from pytest_kanister._model.results import Verdict
from pytest_kanister._plugin.provision import provisioning
from pytest_kanister._plugin.state import PROPERTY, RUN
from pytest_kanister._report.as_json import result_as_json
from pytest_kanister._report.failure import failure_text
from pytest_kanister._report.lines import step_line
from pytest_kanister._scenario.loader import load_scenarios
from pytest_kanister.errors import ScenarioError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from _pytest._code.code import ExceptionInfo, TerminalRepr

    from pytest_kanister._harness.stage import WorkloadStage
    from pytest_kanister._model.results import ScenarioResult, StepResult
    from pytest_kanister._scenario.model import Scenario

__all__ = ["NotProven", "ScenarioFile", "ScenarioItem"]


class NotProven(Exception):
    """Carries the result of a scenario that did not prove itself to pytest's report."""

    def __init__(self, result: ScenarioResult) -> None:
        super().__init__(f"scenario {result.name}: {result.verdict.value}")
        self.result = result


class ScenarioFile(pytest.File):
    """One `*.kanister.yaml`."""

    def collect(self) -> Iterator[ScenarioItem]:
        """One item for each scenario; a broken file is a collection error that points into it."""
        try:
            scenarios = load_scenarios(self.path)
        except ScenarioError as error:
            raise self.CollectError(str(error)) from None
        if not self.config.option.collectonly:
            warm_up()  # a quarter of a second that passes while pytest still collects
        for scenario in scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.name, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario.  Setting up its stage is `setup`, so a broken machine is an error there."""

    def __init__(self, *, scenario: Scenario, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type] # pytest passes what it needs through
        self.scenario = scenario
        self._stage: WorkloadStage | None = None
        self.add_marker(pytest.mark.kanister)

    def setup(self) -> None:
        """Cluster, store, Profile and database."""
        spec = self.scenario.workload
        with provisioning(self.config):
            self._stage = self.config.stash[RUN].harness.open_stage(
                spec.kind,
                name=spec.name,
                namespace=spec.namespace,
                options=spec.options,
                beside=self.path.parent,
            )

    def runtest(self) -> None:
        """The steps."""
        from pytest_kanister._scenario.runner import run_steps

        assert self._stage is not None
        run = self.config.stash[RUN]
        lines: list[str] = []

        def on_step(step: StepResult) -> None:
            lines.append(step_line(step))
            run.harness.step_done(step)
            run.tell(lines[-1])

        result = run_steps(self.scenario, self._stage, on_step)
        self.add_report_section("call", "kanister", "\n".join(lines))
        self.user_properties.append((PROPERTY, json.dumps(result_as_json(result))))
        if result.verdict is not Verdict.PROVEN:
            raise NotProven(result)

    def teardown(self) -> None:
        """The namespace goes; cluster and store stay for the next item."""
        stage, self._stage = self._stage, None
        if stage is not None:
            self.config.stash[RUN].harness.close_stage(stage)

    def repr_failure(
        self, excinfo: ExceptionInfo[BaseException], style: object = None
    ) -> str | TerminalRepr:
        """Our text for our verdicts; pytest's traceback for anything else, as that is a bug."""
        if isinstance(excinfo.value, NotProven):
            return failure_text(excinfo.value.result)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """Where the scenario stands."""
        return self.path, self.scenario.mark.line - 1, self.scenario.name
