"""`pytest-kanister lint FILE|FOLDER…`: what reading Blueprints shows, with the line to change."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint import RULES, LintResult, lint_files
from pytest_kanister._kanister.blueprint.lint.output.as_json import as_json
from pytest_kanister._kanister.blueprint.lint.output.sarif import as_sarif
from pytest_kanister._kanister.blueprint.lint.output.text import as_text, summary
from pytest_kanister.errors import RoundTripMismatch, Unverified, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `lint`; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister lint",
        description="Reads Blueprints: what will fail, what loses data, what hides that it does.",
        epilog="exit status: 0 nothing found, 1 something found, 2 usage, 3 nothing found but "
        "rules were given up, 4 the extra `lint` is missing",
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="FILE|FOLDER")
    parser.add_argument("--format", choices=("text", "json", "sarif"), default="text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there, not to stdout")
    parser.add_argument(
        "--select", action="append", default=[], metavar="CODE", help="only this rule (repeatable)"
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CODE", help="not this rule (repeatable)"
    )
    parser.add_argument("--rules", action="store_true", help="list the rules and end")
    parser.add_argument(
        "--without-shell",
        action="store_true",
        help="leave out the rules that read scripts (the extra `lint` is not needed then)",
    )
    parser.add_argument(
        "--skip-others",
        action="store_true",
        help="pass over named files that hold no Blueprint (for pre-commit)",
    )
    chosen = parser.parse_args(arguments)
    if chosen.rules:
        for rule in RULES.values():
            print(f"{rule.code} {rule.severity:8} {rule.name}: {rule.summary}")
        return 0
    if not chosen.paths:
        raise UsageProblem("expected files or folders of Blueprints, found none")
    result = lint_files(
        chosen.paths,
        codes=_codes(chosen.select, chosen.ignore),
        with_shell=not chosen.without_shell,
        skip_others=chosen.skip_others,
    )
    _tell(result, chosen.format, chosen.output)
    if result.findings:
        return RoundTripMismatch.exit_code
    return Unverified.exit_code if result.not_checked else 0


def _codes(select: Sequence[str], ignore: Sequence[str]) -> list[str]:
    for code in ignore:
        if code not in RULES:
            raise UsageProblem(f"there is no rule {code!r}: see `pytest-kanister lint --rules`")
    wanted = select or (list(RULES) if ignore else [])
    return [code for code in wanted if code not in ignore]


def _tell(result: LintResult, form: str, output: Path | None) -> None:
    if form == "json":
        text = as_json(result)
    elif form == "sarif":
        text = as_sarif(result, version=_version())
    else:
        text = as_text(result, colour=output is None and sys.stdout.isatty())
    if output is None:
        print(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"cannot write {output}: {error.strerror}") from None
    print("\n".join(summary(result)), file=sys.stderr)


def _version() -> str:
    try:
        return version("pytest-kanister")
    except PackageNotFoundError:
        return "0"
