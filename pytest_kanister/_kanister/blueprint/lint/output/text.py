"""Findings for people: the place, the words, the line with a caret, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.model import Finding
    from pytest_kanister._kanister.blueprint.lint.running import LintResult

__all__ = ["as_text", "summary"]

_WIDTH = 100
_COLOURS = {"error": "31", "warning": "33", "note": "36"}


def as_text(result: LintResult, *, colour: bool = False) -> str:
    """Every finding with its source line, then one line that counts."""
    lines: list[str] = []
    for finding in result.findings:
        source = result.sources.get(finding.file, ())
        lines += [*_finding(finding, source, colour=colour), ""]
    return "\n".join([*lines, *summary(result)])


def summary(result: LintResult) -> Iterator[str]:
    """What was looked at, found, silenced and not checked."""
    count = dict.fromkeys(_COLOURS, 0)
    for finding in result.findings:
        count[finding.rule.severity] += 1
    files = _plural(len(result.files), "Blueprint file")
    found = ", ".join(_plural(number, level) for level, number in count.items() if number)
    silenced = f", {result.silenced} silenced by comments" if result.silenced else ""
    yield f"{files}: {found or 'nothing found'}{silenced}"
    if result.not_checked:
        codes = " ".join(rule.code for rule in result.not_checked)
        yield f"not checked, as scripts were not read: {codes}"


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _finding(finding: Finding, source: tuple[str, ...], *, colour: bool) -> Iterator[str]:
    rule, place = finding.rule, finding.place
    level: str = rule.severity
    if colour:
        level = f"\x1b[{_COLOURS[rule.severity]}m{rule.severity}\x1b[0m"
    yield f"{finding.where}: {level}: {finding.message} [{rule.code} {rule.name}]"
    if place.line <= len(source):
        shown, begin = _window(source[place.line - 1], place.column - 1)
        length = max(1, min(place.length, len(shown) - begin))
        yield f"{place.line:6} | {shown}"
        yield f"       | {' ' * begin}{'^' * length}"
    if finding.also:
        yield f"       = also in line {', '.join(map(str, finding.also))}"
    yield f"       = {rule.remedy}"


def _window(line: str, begin: int) -> tuple[str, int]:
    """A part of a long line around the place; and where the place is in it."""
    line = line.replace("\t", " ").rstrip()
    if len(line) <= _WIDTH:
        return line, begin
    start = max(0, min(begin - _WIDTH // 3, len(line) - _WIDTH))
    part = line[start : start + _WIDTH]
    if start:
        part = "…" + part[1:]
    if start + _WIDTH < len(line):
        part = part[:-1] + "…"
    return part, begin - start
