"""One Blueprint's way through lint, circles, advice and a second cluster."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pytest_kanister._cli.trying.advice import advise
from pytest_kanister._cli.trying.circles import circle_document, circles_for
from pytest_kanister._cli.trying.grading import grade_round
from pytest_kanister._cli.trying.markdown import markdown_block
from pytest_kanister._cli.trying.plan import refusals
from pytest_kanister._cli.trying.running import Round, run_circle, worst
from pytest_kanister._cli.trying.telling import (
    advice_lines,
    details,
    grade_lines,
    plan_lines,
    verdict_line,
)
from pytest_kanister._harness import Harness
from pytest_kanister._kanister.blueprint.lint import Finding, lint_files
from pytest_kanister._kanister.blueprint.lint.output.text import as_text
from pytest_kanister._kanister.blueprint.lint.shell.grammar import is_available
from pytest_kanister._model.results import Verdict
from pytest_kanister._report.lines import ran_lines, step_line
from pytest_kanister._scenario import load_scenarios
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any, TextIO

    from pytest_kanister._cli.trying.circles import Circle
    from pytest_kanister._cli.trying.grading import Grade
    from pytest_kanister._cli.trying.plan import Plan, Wishes
    from pytest_kanister._model.results import StepResult
    from pytest_kanister._model.settings import Settings

__all__ = ["SUFFIX", "Attempt"]

SUFFIX = ".kanister.yaml"
_HEAD = "# Written by `pytest-kanister try`; runs with `pytest {name}`.\n"

Told = list[tuple[Round, "list[Grade]"]]


class Attempt:
    """One Blueprint's way through lint and circles.

    Args:
        plan: what is to be done.
        file: the scenario file; written as circles are run.
        is_saved: whether the person keeps it.
        out: where everything is told.
    """

    def __init__(self, plan: Plan, file: Path, *, is_saved: bool, out: TextIO) -> None:
        self._plan = plan
        self._file = file
        self._is_saved = is_saved
        self._out = out
        self._copy: Path | None = None
        self._documents: list[dict[str, Any]] = []
        self._colour = out.isatty()

    def run(
        self, chosen: argparse.Namespace, wishes: Wishes, settings: Settings, command: str
    ) -> int:
        """Everything in order; the exit status."""
        plan = self._plan
        self._tell(*plan_lines(plan), "")
        findings = self._lint()
        problem = refusals(plan, wishes)
        if problem is not None:
            self._tell("refused: it was not run")
            raise problem
        self._write_copy()
        told, verdict = self._rounds(settings, fast=chosen.fast)
        if not plan.has_delete:
            verdict = worst((verdict, Verdict.UNVERIFIED))
        rounds = [found for found, _ in told]
        advices = advise(plan.blueprint, plan.guess.roles, plan.kind, rounds, findings)
        last = rounds[-1].result
        self._tell("", "what really ran:", *ran_lines(last.ran, last.losses))
        if advices:
            self._tell("", "what to change:", *advice_lines(advices))
        status = _status(rounds, verdict)
        if self._is_saved:
            self._tell("", f"saved: {self._file}; run it with `pytest {self._file}`")
        said = f"{chosen.confirm} did not get as far" if chosen.confirm else ""
        try:
            if chosen.confirm:
                status, said = self._confirm(settings, chosen, told, verdict, status)
                self._tell("", said)
        finally:
            if chosen.markdown:
                print(
                    markdown_block(
                        plan.blueprint,
                        told,
                        advices,
                        verdict,
                        command=f"pytest-kanister try {command}",
                        version=_version(),
                        confirmed=said,
                    )
                )
        return status

    def _lint(self) -> tuple[Finding, ...]:
        path = Path(self._plan.blueprint.document.file)
        with_shell = is_available()
        result = lint_files([path], with_shell=with_shell)
        self._tell("what reading it shows:", as_text(result, colour=self._colour), "")
        if not with_shell:
            self._tell("scripts were not read: pip install 'pytest-kanister[lint]'", "")
        return result.findings

    def _rounds(self, settings: Settings, *, fast: bool) -> tuple[Told, Verdict]:
        """Circles until one gets as far as a comparison."""
        told: Told = []
        with Harness(settings, progress=_progress) as harness:
            for number, circle in enumerate(circles_for(self._plan.kind, fast=fast)):
                if number:
                    self._tell(
                        "",
                        f"nothing was compared, so once more with dataset {circle.dataset}:",
                    )
                told.append(self._round(circle, harness))
                found = told[-1][0]
                if found.broke_off is None or found.result.verdict is Verdict.ERROR:
                    break
        return told, worst(_verdict(found, grades) for found, grades in told)

    def _round(self, circle: Circle, harness: Harness) -> tuple[Round, list[Grade]]:
        plan = self._plan
        document = circle_document(
            circle,
            name=plan.blueprint.name,
            workload=plan.workload,
            blueprint=self._blueprint_path(),
            has_delete=plan.has_delete,
            known=plan.known if circle.dataset == "tricky" else (),
            inputs=plan.inputs,
        )
        if document not in self._documents:  # a second cluster gets what the first one had
            self._documents.append(document)
            self._file.write_text(
                _HEAD.format(name=self._file.name)
                + yaml.safe_dump_all(
                    self._documents, sort_keys=False, width=100, allow_unicode=True
                ),
                encoding="utf-8",
            )
        scenario = load_scenarios(self._file)[self._documents.index(document)]
        self._tell(f"scenario     {scenario.name}", "    took  verdict     step")

        def on_step(step: StepResult) -> None:
            self._tell(step_line(step, colour=self._colour))

        found = run_circle(scenario, harness, on_step)
        grades = grade_round(found, has_delete=plan.has_delete)
        verdict = _verdict(found, grades)
        self._tell("", *details(found), "verdict by grade:")
        self._tell(*grade_lines(grades, colour=self._colour))
        self._tell(verdict_line(found, verdict, colour=self._colour))
        return found, grades

    def _confirm(
        self,
        settings: Settings,
        chosen: argparse.Namespace,
        told: Told,
        verdict: Verdict,
        status: int,
    ) -> tuple[int, str]:
        """The same on another backend: the exit status, and whether it says the same."""
        self._tell("", f"once more on {chosen.confirm}:")
        again, second = self._rounds(replace(settings, backend=chosen.confirm), fast=chosen.fast)
        if not self._plan.has_delete:
            second = worst((second, Verdict.UNVERIFIED))
        here = [(grade.name, grade.verdict) for _, grades in told for grade in grades]
        there = [(grade.name, grade.verdict) for _, grades in again for grade in grades]
        if here == there:
            kanister = again[-1][0].result.ran.get("kanister", "unknown")
            return status, (
                f"confirmed: {chosen.confirm} says {second.value}, too, grade by grade; "
                f"Kanister there: {kanister}"
            )
        odd = ", ".join(sorted({name for name, _ in set(here) ^ set(there)}))
        said = (
            f"not confirmed: {settings.backend} says {verdict.value}, {chosen.confirm} says "
            f"{second.value}; they differ in {odd or 'how far they got'}"
        )
        return max(status, _status([found for found, _ in again], second), 1), said

    def _write_copy(self) -> None:
        if self._plan.text is not None:
            stem = self._file.name.removesuffix(SUFFIX)
            self._copy = self._file.with_name(f"{stem}-blueprint.yaml")
            if self._is_saved and self._copy.exists():
                raise UsageProblem(f"--save: {self._copy} is there already; name another file")
            self._copy.write_text(self._plan.text, encoding="utf-8")

    def _blueprint_path(self) -> str:
        if self._copy is not None:
            return self._copy.name
        path = Path(self._plan.blueprint.document.file).absolute()
        return os.path.relpath(path, self._file.absolute().parent) if self._is_saved else str(path)

    def _tell(self, *lines: str) -> None:
        shown = self._plan.blueprint.document.file
        for line in lines:
            for path in (self._copy, Path(shown).absolute()):
                line = line.replace(str(path), shown) if path is not None else line
            print(line, file=self._out, flush=True)


def _progress(line: str) -> None:
    print(f"{'':10}{line}", file=sys.stderr, flush=True)


def _verdict(found: Round, grades: Sequence[Grade]) -> Verdict:
    """The steps', which excuse known losses, and what could not be seen."""
    return worst((found.result.verdict, *(grade.verdict for grade in grades)))


def _status(rounds: Sequence[Round], verdict: Verdict) -> int:
    """The failed step's own when it ended in an error: whose fault it was is known there."""
    for found in rounds:
        for step in found.result.steps:
            if step.verdict is Verdict.ERROR:
                code = step.facts.get("exitCode")
                return code if isinstance(code, int) else verdict.exit_code
    return verdict.exit_code


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pytest-kanister")
    except PackageNotFoundError:
        return "from a checkout that is not installed"
