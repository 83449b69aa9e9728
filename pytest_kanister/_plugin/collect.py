"""`ScenarioFile` and `ScenarioItem`: scenario files as pytest sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from _pytest._code.code import (
    ReprEntryNative,
    ReprExceptionInfo,
    ReprFileLocation,
    ReprTraceback,
)

from pytest_kanister._harness.examine import problems_of
from pytest_kanister._kube import warm_up
from pytest_kanister._model.results import Verdict
from pytest_kanister._plugin.evidence import keep_evidence, keep_evidence_of_setup
from pytest_kanister._plugin.marking import marker
from pytest_kanister._plugin.outcome import properties_of
from pytest_kanister._plugin.provision import provisioning
from pytest_kanister._plugin.state import RECORD, RUN, leave_record
from pytest_kanister._report.as_json import cause_of, result_as_json
from pytest_kanister._report.failure import failure_text
from pytest_kanister._report.lines import step_line
from pytest_kanister._scenario.loader import load_scenarios
from pytest_kanister._scenario.runner import Runner
from pytest_kanister.errors import HarnessBug, KanisterHarnessError, ScenarioError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from _pytest._code.code import ExceptionInfo, TerminalRepr

    from pytest_kanister._harness.stage import WorkloadStage
    from pytest_kanister._model.results import ScenarioResult, StepResult
    from pytest_kanister._scenario.model import Scenario, Step

__all__ = ["Ended", "NotProven", "NotRun", "ScenarioFile", "ScenarioItem"]


class Ended(Exception):
    """A scenario that did not prove itself; carries its result and text to pytest's report."""

    def __init__(self, result: ScenarioResult, text: str) -> None:
        step = next((s for s in reversed(result.steps) if s.verdict is not Verdict.PROVEN), None)
        said = f"{cause_of(result)}: {step.step}: {step.summary}" if step else "no step was taken"
        super().__init__(said)
        self.result = result
        self.text = text


class NotProven(Ended):
    """It ended otherwise than promised: the only thing that an xfail accepts."""


class NotRun(Ended):
    """It could not be run to its end, so there is no verdict."""


class ScenarioFile(pytest.File):
    """One `*.kanister.yaml`."""

    def collect(self) -> Iterator[ScenarioItem]:
        """One item for each scenario; a broken file is a collection error that points into it."""
        try:
            settings = self.config.stash[RUN].settings
            scenarios = load_scenarios(self.path, lambda each: problems_of(each, settings))
            items = [
                ScenarioItem.from_parent(self, name=scenario.title, scenario=scenario)
                for scenario in scenarios
            ]
        except ScenarioError as error:
            raise self.CollectError(str(error)) from None
        if not self.config.option.collectonly:
            warm_up()  # a quarter of a second that passes while pytest still collects
        yield from items


class ScenarioItem(pytest.Item):
    """One scenario.  Setting up its stage is `setup`, so a broken machine is an error there."""

    def __init__(self, *, scenario: Scenario, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type] # pytest passes what it needs through
        self.scenario = scenario
        self._stage: WorkloadStage | None = None
        self._own_properties: list[tuple[str, object]] = []
        self._interrupted = ""
        self.add_marker(pytest.mark.kanister)
        for mark in scenario.marks:
            self.add_marker(marker(mark, NotProven))

    def setup(self) -> None:
        """Cluster, store, Profile and database."""
        scenario, spec = self.scenario, self.scenario.workload
        harness = self.config.stash[RUN].harness
        self._forget()
        leave_record(self, name=scenario.title)
        with provisioning(self.config):
            try:
                harness.require(scenario)
                self._stage = harness.open_stage(
                    spec.kind,
                    name=spec.name,
                    namespace=spec.namespace,
                    options=spec.options,
                    beside=self.path.parent,
                )
            except KanisterHarnessError as error:
                cause = "environment" if error.exit_code == 4 else "scenario"
                record = {"verdict": "error", "cause": cause, "message": str(error)}
                kept = keep_evidence_of_setup(self, harness, record, str(error), scenario.mark.line)
                leave_record(self, **record, **kept)
                raise

    def runtest(self) -> None:
        """The steps."""
        assert self._stage is not None
        run = self.config.stash[RUN]
        lines: list[str] = []

        def on_begin(step: Step) -> None:
            if run.screen is not None:
                run.screen.step(step.kind)

        def on_step(step: StepResult) -> None:
            lines.append(step_line(step))
            run.harness.step_done(step)
            if run.screen is not None:
                run.screen.done(step)

        runner = Runner(self.scenario, self._stage, on_step, on_begin)
        if run.screen is not None:
            run.screen.begin(self.name)
        try:
            result = runner.run()
            text = self._finish(result)
        except pytest.fail.Exception as error:  # pytest-timeout's way to end a test
            self._interrupted = self._finish(runner.result(str(error)))
            raise
        finally:
            if run.screen is not None:
                run.screen.end()
        if result.verdict is Verdict.PROVEN:  # a failure's own text has them
            self.add_report_section("call", "kanister", "\n".join(lines))
        else:
            raise (NotRun if result.verdict is Verdict.ERROR else NotProven)(result, text)

    def teardown(self) -> None:
        """The namespace goes; cluster and store stay for the next item."""
        stage, self._stage = self._stage, None
        if stage is not None:
            self.config.stash[RUN].harness.close_stage(stage)

    def repr_failure(
        self, excinfo: ExceptionInfo[BaseException], style: object = None
    ) -> str | TerminalRepr:
        """Our text for our verdicts; pytest's traceback for anything else, as that is a bug."""
        error = excinfo.value
        if isinstance(error, Ended):
            text, said = error.text, str(error)
        elif isinstance(error, pytest.fail.Exception) and self._interrupted:
            text, said = self._interrupted, f"Failed: {error.msg}"
        elif isinstance(error, KanisterHarnessError) and not isinstance(error, HarnessBug):
            text, said = str(error), str(error).splitlines()[0]  # in teardown: nobody caught it
        else:
            return super().repr_failure(excinfo)
        # A plain text would be repeated whole in pytest's short summary and in JUnit's message.
        place = ReprFileLocation(str(self.path), self.scenario.mark.line, said)
        native = ReprEntryNative([f"{text}\n"])
        return ReprExceptionInfo(ReprTraceback([native], None, "native"), place)

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """Where the scenario stands."""
        return self.path, self.scenario.mark.line - 1, self.scenario.title

    def _forget(self) -> None:
        """Takes back what an earlier attempt left, when the item is run again."""
        self.stash[RECORD] = {}
        for own in self._own_properties:
            self.user_properties.remove(own)
        self._own_properties = []
        self._interrupted = ""

    def _finish(self, result: ScenarioResult) -> str:
        """Record, evidence and JUnit properties; the text of a failure, without secrets."""
        assert self._stage is not None
        record = result_as_json(result)
        text = ""
        if result.verdict is not Verdict.PROVEN:
            text = self._stage.redact(failure_text(result))
            kept = keep_evidence(self, self._stage, record, text)
            record.update(kept)
        leave_record(self, **record)
        self._own_properties = properties_of(record)
        self.user_properties.extend(self._own_properties)
        return text
