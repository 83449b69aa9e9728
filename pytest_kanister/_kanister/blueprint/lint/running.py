"""From files and folders to findings: reading, every rule, silencing, order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.positions import load_documents
from pytest_kanister._kanister.blueprint.lint.model import Finding, Place, Problem, Rule
from pytest_kanister._kanister.blueprint.lint.registry import RULES
from pytest_kanister._kanister.blueprint.lint.shell.grammar import require
from pytest_kanister._kanister.blueprint.lint.suppression import (
    VERBS,
    Suppression,
    read_suppressions,
)
from pytest_kanister._kanister.blueprint.lint.view import View
from pytest_kanister.errors import ScenarioError, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["LintResult", "lint_files", "lint_text"]

_SUFFIXES = (".yaml", ".yml")
_UNREADABLE, _SUPPRESSION, _UNUSED = "KB001", "KB002", "KB003"


@dataclass(frozen=True)
class LintResult:
    """What was looked at and what was found.

    Attributes:
        files: the files that hold a Blueprint, as the caller named them.
        findings: by file, line and column.
        not_checked: rules that were not run because the caller gave them up.
        silenced: how many findings comments silenced.
        sources: the lines of each file that has findings.
    """

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[Rule, ...]
    silenced: int
    sources: dict[str, tuple[str, ...]]


def lint_files(
    paths: Iterable[Path],
    *,
    codes: Collection[str] = (),
    with_shell: bool = True,
    skip_others: bool = False,
) -> LintResult:
    """Lints Blueprints.

    Args:
        paths: files, and folders whose files (`.yaml`, `.yml`) are taken when they hold one.
        codes: the rules to run; empty: all.
        with_shell: False gives the rules up that read scripts; the result names them.
        skip_others: True passes over named files that hold no Blueprint, even if none does.

    Raises:
        EnvironmentProblem: the extra `lint` is missing and `with_shell` is true.
        UsageProblem: no such file, no Blueprint in what was given, an unknown code.
    """
    looked = list(paths)
    rules = _chosen(codes)
    if with_shell and any(rule.needs_shell for rule in rules):
        require()
    run = [rule for rule in rules if with_shell or not rule.needs_shell]
    not_checked = tuple(rule for rule in rules if rule not in run)
    files: list[str] = []
    findings: list[Finding] = []
    sources: dict[str, tuple[str, ...]] = {}
    silenced = 0
    for path, is_named in _files(looked):
        text, trouble = _read(path)
        if (skip_others or not is_named) and not _may_be_blueprint(text):
            continue
        found = None if trouble else lint_text(text, str(path), rules=run)
        if trouble:
            findings.append(Finding(RULES[_UNREADABLE], str(path), Place(1, 1), trouble))
        if found is None and not trouble:
            if is_named and not skip_others:
                raise UsageProblem(f"{path}: expected a Blueprint, found none")
            continue
        files.append(str(path))
        if found is not None:
            findings += found.findings
            silenced += found.silenced
            sources.update(found.sources)
    if not files and not skip_others:
        shown = ", ".join(map(str, looked)) or "nothing"
        raise UsageProblem(f"no Blueprint found in {shown}")
    return LintResult(tuple(files), tuple(findings), not_checked, silenced, sources)


def lint_text(text: str, file: str, *, rules: Sequence[Rule] | None = None) -> LintResult | None:
    """Lints a YAML text; None when it holds no Blueprint.

    Args:
        text: the file's text, which may hold several documents.
        file: its name in findings.
        rules: the rules to run; None: all.
    """
    run = list(RULES.values()) if rules is None else rules
    lines = tuple(text.splitlines())
    try:
        documents = load_documents(text, file)
    except ScenarioError as error:
        place = Place(error.line or 1, error.column or 1)
        finding = Finding(RULES[_UNREADABLE], file, place, error.message)
        return LintResult((file,), (finding,), (), 0, {file: lines})
    views = [View(found, lines) for found in documents if _is_blueprint(found.data)]
    if not views:
        return None
    raw = [
        Finding(rule, file, problem.place, problem.message)
        for view in views
        for rule in run
        for problem in _problems(rule, view)
    ]
    kept, silenced = _silence(raw, list(read_suppressions(lines)), file, run)
    findings = tuple(_joined(kept))
    return LintResult((file,), findings, (), silenced, {file: lines})


def _problems(rule: Rule, view: View) -> Iterator[Problem]:
    seen = set()
    for problem in rule.check(view):
        if problem not in seen:
            seen.add(problem)
            yield problem


def _silence(
    raw: list[Finding], comments: list[Suppression], file: str, run: Sequence[Rule]
) -> tuple[list[Finding], int]:
    """What comments leave over, and what is wrong with the comments themselves."""
    used: set[Suppression] = set()
    kept: list[Finding] = []
    for finding in raw:
        by = [c for c in comments if c.silences(finding.rule.code, finding.place.line)]
        used.update(by)
        if not by:
            kept.append(finding)
    running = {rule.code for rule in run}
    for comment in comments:
        wrong = _wrong(comment)
        if wrong:
            kept.append(Finding(RULES[_SUPPRESSION], file, comment.place, wrong))
        elif comment not in used and running.issuperset(comment.codes):
            message = f"nothing here is silenced by {', '.join(comment.codes)}: take it out"
            kept.append(Finding(RULES[_UNUSED], file, comment.place, message))
    kept = [finding for finding in kept if finding.rule.code in running]
    return kept, len(raw) - sum(finding in kept for finding in raw)


def _wrong(comment: Suppression) -> str:
    if comment.verb not in VERBS:
        return f"expected disable=CODE or disable-file=CODE, found {comment.verb or 'nothing'!r}"
    if not comment.codes:
        return "names no rule"
    for code in comment.codes:
        if code not in RULES:
            return f"there is no rule {code}"
    return "" if comment.reason else "gives no reason: end it with ` -- WHY`"


def _joined(findings: list[Finding]) -> Iterator[Finding]:
    """Findings in the file's order; the same words again only count."""
    first: dict[tuple[str, str], Finding] = {}
    for finding in sorted(findings, key=lambda f: (f.place, f.rule.code)):
        key = (finding.rule.code, finding.message)
        earlier = first.get(key)
        if earlier is None:
            first[key] = finding
        else:
            lines = {*earlier.also, finding.place.line} - {earlier.place.line}
            first[key] = replace(earlier, also=tuple(sorted(lines)))
    yield from first.values()


def _chosen(codes: Collection[str]) -> list[Rule]:
    for code in codes:
        if code not in RULES:
            raise UsageProblem(f"there is no rule {code!r}: see `pytest-kanister lint --rules`")
    return [rule for code, rule in RULES.items() if not codes or code in codes]


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Files, and whether the caller named each himself."""
    for path in paths:
        if path.is_dir():
            for found in sorted(path.rglob("*")):
                if found.suffix in _SUFFIXES and found.is_file():
                    yield found, False
        elif path.exists():
            yield path, True
        else:
            raise UsageProblem(f"{path}: no such file or folder")


def _read(path: Path) -> tuple[str, str]:
    """The text, or what is wrong with it."""
    try:
        return path.read_text(encoding="utf-8"), ""
    except UnicodeDecodeError:
        return "", "not UTF-8 text"
    except OSError as error:
        return "", f"cannot be read: {error.strerror}"


def _may_be_blueprint(text: str) -> bool:
    return "kind: Blueprint" in text or '"Blueprint"' in text or "'Blueprint'" in text


def _is_blueprint(data: Any) -> bool:
    return isinstance(data, dict) and data.get("kind") == "Blueprint"
