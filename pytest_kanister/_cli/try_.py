"""`pytest-kanister try BLUEPRINT`: a round trip with one's own Blueprint, without a scenario."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pytest_kanister._cli.options import add_settings, settings_of
from pytest_kanister._cli.trying.advice import advise
from pytest_kanister._cli.trying.circles import circle_document, circles_for, kinds
from pytest_kanister._cli.trying.grading import grade_round
from pytest_kanister._cli.trying.markdown import markdown_block
from pytest_kanister._cli.trying.plan import Wishes, make_plan, refusals
from pytest_kanister._cli.trying.running import Round, run_circle, worst
from pytest_kanister._cli.trying.telling import (
    advice_lines,
    details,
    grade_lines,
    plan_lines,
    verdict_line,
)
from pytest_kanister._harness import Harness
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._kanister.blueprint.lint import Finding, lint_files
from pytest_kanister._kanister.blueprint.lint.output.text import as_text
from pytest_kanister._kanister.blueprint.lint.shell.grammar import is_available
from pytest_kanister._model.results import Verdict
from pytest_kanister._model.settings import OPTIONS
from pytest_kanister._report.lines import ran_lines, step_line
from pytest_kanister._scenario import load_scenarios
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TextIO

    from pytest_kanister._cli.trying.circles import Circle
    from pytest_kanister._cli.trying.grading import Grade
    from pytest_kanister._cli.trying.plan import Plan
    from pytest_kanister._model.results import StepResult
    from pytest_kanister._model.settings import Settings

__all__ = ["main"]

_CONFIRMING = ("kind", "containers", "kubeconfig")
_SUFFIX = ".kanister.yaml"
_HEAD = "# Written by `pytest-kanister try`; runs with `pytest {name}`.\n"

Told = list[tuple[Round, "list[Grade]"]]


def main(arguments: Sequence[str]) -> int:
    """Runs `try`; returns the exit status."""
    chosen = _parser().parse_args(arguments)
    settings = settings_of(chosen)
    if chosen.workload and chosen.workload not in kinds():
        raise UsageProblem(
            f"--workload: expected {' or '.join(kinds())}, found {chosen.workload!r}"
        )
    wishes = Wishes(
        kind=chosen.workload,
        images=_pairs("--image", chosen.image),
        options=_pairs("--option", chosen.option),
        backend=settings.backend,
    )
    save = _saving(chosen.save) if chosen.save else None
    # With --markdown stdout holds the block and nothing else.
    with tempfile.TemporaryDirectory(prefix="pytest-kanister-try-") as folder:
        attempt = _Attempt(
            make_plan(read_blueprint(chosen.blueprint), wishes),
            save or Path(folder) / f"try{_SUFFIX}",
            is_saved=save is not None,
            out=sys.stderr if chosen.markdown else sys.stdout,
        )
        return attempt.run(chosen, wishes, settings, shlex.join(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pytest-kanister try",
        description="Takes a Blueprint through the round trip: guesses the database it is for, "
        "reads it (lint), then backup, damage, restore, comparison of everything, delete, a look "
        "into the bucket. Says what was lost and which line to change.",
        epilog="exit status: 0 proven, 1 different, 2 usage or refused, 3 unverified, "
        "4 environment",
    )
    parser.add_argument("blueprint", type=Path, help="a Blueprint file")
    parser.add_argument(
        "--workload", default="", metavar="KIND", help=f"{', '.join(kinds())}; else guessed"
    )
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="NAME=IMAGE",
        help="use IMAGE where the Blueprint has NAME (whole, or its last word); "
        "`workload` is the database's own (repeatable)",
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the ActionSets (repeatable)",
    )
    parser.add_argument(
        "--fast", action="store_true", help="the plain dataset only, one backup, no lint of losses"
    )
    parser.add_argument(
        "--save", type=Path, metavar=f"FILE{_SUFFIX}", help="write what was done as a scenario"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="stdout gets a block for a reviewer instead"
    )
    parser.add_argument(
        "--confirm", choices=_CONFIRMING, default="", help="repeat it on another kind of cluster"
    )
    add_settings(parser, [option.name for option in OPTIONS])
    return parser


class _Attempt:
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
            return status, f"confirmed: {chosen.confirm} says {second.value}, too, grade by grade"
        odd = ", ".join(sorted({name for name, _ in set(here) ^ set(there)}))
        said = (
            f"not confirmed: {settings.backend} says {verdict.value}, {chosen.confirm} says "
            f"{second.value}; they differ in {odd or 'how far they got'}"
        )
        return max(status, _status([found for found, _ in again], second), 1), said

    def _write_copy(self) -> None:
        if self._plan.text is not None:
            stem = self._file.name.removesuffix(_SUFFIX)
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


def _pairs(flag: str, given: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            raise UsageProblem(f"{flag}: expected NAME=VALUE, found {text!r}")
        found[name] = value
    return found


def _saving(path: Path) -> Path:
    if not path.name.endswith(_SUFFIX) or path.name == _SUFFIX:
        raise UsageProblem(f"--save: expected a name that ends in {_SUFFIX}, found {path.name!r}")
    if path.exists():
        raise UsageProblem(f"--save: {path} is there already; name another file")
    if not path.absolute().parent.is_dir():
        raise UsageProblem(f"--save: there is no folder {path.parent}")
    return path


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pytest-kanister")
    except PackageNotFoundError:
        return "from a checkout that is not installed"
