"""From what was lost to the line to change: a lint finding, or the program that should do it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_kanister._cli.trying.grading import losses
from pytest_kanister._kanister.blueprint.lint.view import View
from pytest_kanister._model.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_kanister._cli.trying.grading import Loss
    from pytest_kanister._cli.trying.running import Round
    from pytest_kanister._kanister.blueprint import Blueprint
    from pytest_kanister._kanister.blueprint.lint import Finding
    from pytest_kanister._model.results import StepResult

__all__ = ["Advice", "advise"]


class Advice(NamedTuple):
    """What to change because of what was seen.

    Attributes:
        seen: the loss or failure, in one line.
        where: `file:line:column`.
        what: what is there, or what is missing there.
        remedy: what to write instead.
        code: of the lint rule; empty: reading alone did not show it.
    """

    seen: str
    where: str
    what: str
    remedy: str
    code: str = ""


class _Rule(NamedTuple):
    """Which finding explains a loss, and what is said where there is none."""

    grade: str
    """Of the loss; empty: any."""
    classes: frozenset[str]
    """Of the loss' object; empty: any."""
    fates: frozenset[str]
    codes: tuple[str, ...]
    role: str
    """Action at which the change is due."""
    remedy: str


_CODE = frozenset(("event", "procedure", "function", "package", "package body"))
_ACCOUNTS = frozenset(
    (
        "user",
        "role",
        "role grant",
        "global grant",
        "schema grant",
        "table grant",
        "column grant",
        "routine grant",
        "default role",
        "login",
        "membership",
    )
)
_ANY: frozenset[str] = frozenset()
_MISSING, _CHANGED, _EXTRA = (frozenset((word,)) for word in ("missing", "changed", "extra"))

_DUMPS = r"mysqldump|mariadb-dump|pg_dump(?:all)?|redis-dump|BackupData(?:All)?|restic backup"
_LOADS = (
    r"\bmysql(?= )|\bmariadb(?= )|psql|pg_restore|redis-cli|RestoreData(?:All)?|"
    r"CopyVolumeData|restic restore"
)
_EMPTY_FIRST: Mapping[str, str] = {
    "mysql": "the dump is loaded over what is there: before it, drop the databases that are not "
    "the server's own (and with a dump of the accounts, accounts that it lacks)",
    "postgresql": "the dump is loaded over what is there: before it, drop the databases and roles "
    "that are not the server's own",
    "redis": "the dump is added to what is there: send FLUSHALL before it, so that later keys go "
    "and lists do not grow",
    "files": "the copy is laid over what is there: empty the volume before it, for instance with "
    "PrepareData and `find … -mindepth 1 -delete`",
}
_EMPTY_FIRST = {**_EMPTY_FIRST, "mariadb": _EMPTY_FIRST["mysql"]}

_RULES = (
    _Rule("code", _CODE, _MISSING, ("KB501",), "backup", "add --routines and --events to the dump"),
    _Rule("code", _ANY, _ANY, ("KB501",), "backup", "see what the dump leaves out"),
    _Rule("users", _ACCOUNTS, _CHANGED, ("KB503",), "restore", "end it with FLUSH PRIVILEGES"),
    _Rule(
        "users",
        _ACCOUNTS,
        _MISSING,
        ("KB502", "KB503"),
        "backup",
        "dump the accounts, too (--system=users, pg_dumpall --globals-only)",
    ),
    _Rule("extra", _ANY, _EXTRA, (), "restore", ""),
    _Rule(
        "data",
        _ANY,
        _ANY,
        ("KB555", "KB508", "KB504", "KB551", "KB553"),
        "restore",
        "compare what the dump holds with what was lost: it is altered, left out or loaded twice",
    ),
    _Rule("schema", _ANY, _ANY, ("KB508", "KB551"), "backup", "see what the dump leaves out"),
    _Rule("users", _ANY, _ANY, ("KB502", "KB503"), "backup", "see what the dump leaves out"),
)

_FAILURES: Mapping[str, tuple[str, ...]] = {
    "backup": ("KB506", "KB507", "KB311", "KB313", "KB104", "KB105", "KB106", "KB107"),
    "restore": ("KB555", "KB551", "KB311", "KB313", "KB104", "KB105", "KB201"),
    "delete": ("KB604", "KB606", "KB605", "KB312", "KB313", "KB201"),
    "verifyDeleted": ("KB606", "KB605", "KB604"),
}
_PHASE = re.compile(r"^\s*blueprint\s+(\S.*:\d+:\d+)$", re.MULTILINE)
_SAID = re.compile(r"^\s*\| (.*)$", re.MULTILINE)
_TELLING = re.compile(r"error|fatal|cannot|denied|not found|unknown|unrecognized", re.IGNORECASE)
_KANISTER = re.compile(r"exit code \d+|Failed while waiting|Pod failed")
_SERVER = re.compile(r"connection to server at \S+ \(\S+\), port \d+ failed: +")
_MOST_SAID = 3


def advise(
    blueprint: Blueprint,
    roles: Mapping[str, str],
    kind: str,
    rounds: Sequence[Round],
    findings: Sequence[Finding],
) -> list[Advice]:
    """One for each kind of loss and failure of the rounds, first seen first.

    Args:
        blueprint: the original file.
        roles: `backup`, `restore`, `delete` → the action's name.
        kind: the workload's.
        rounds: what was run.
        findings: what lint says of the file; empty where it could not be run.
    """
    source = _Source(blueprint, roles, findings)
    found: list[Advice] = []
    for round_ in rounds:
        for step in round_.result.steps:
            if step.verdict is Verdict.DIFFERENT and step.step in _FAILURES:
                found += _of_failure(source, step)
        known = round_.scenario.known
        for loss in losses(round_.diff, known) if round_.diff is not None else ():
            if not loss.known:
                found += _of_loss(source, loss, kind)
    if "delete" not in roles:
        found += source.cited(("KB802",), "", "nothing deletes its backups")
    return _merged(found)


def _of_failure(source: _Source, step: StepResult) -> Iterator[Advice]:
    role = "delete" if step.step == "verifyDeleted" else step.step
    where = _PHASE.search(step.detail)
    seen = f"{step.step} failed: {_reason(step)}"
    cited = list(source.cited(_FAILURES[step.step], role, seen))[:1]
    yield from cited
    if not cited:
        place = source.shown(where.group(1)) if where else source.action(role)
        remedy = "mend what Kanister says of this phase" if where else "see this action's phases"
        yield Advice(seen, place, "the phase that failed" if where else f"action {role}", remedy)


def _reason(step: StepResult) -> str:
    """The last lines of what was said that tell most."""
    said = [
        _SERVER.sub("", line.strip())
        for line in _SAID.findall(step.detail)
        if _TELLING.search(line)
    ]
    lines = [line for line in dict.fromkeys(said) if not _KANISTER.search(line)][-_MOST_SAID:]
    return " / ".join(lines) or step.summary


def _of_loss(source: _Source, loss: Loss, kind: str) -> Iterator[Advice]:
    rule = next((rule for rule in _RULES if _fits(rule, loss)), None)
    # An account too many is an object too many as well, and told as such.
    if rule is None or (loss.grade == "users" and loss.fate == "extra"):
        return
    seen = str(loss)
    codes = ("KB505",) if "sys" in loss.names else () if loss.is_too_much else rule.codes
    cited = list(source.cited(codes, "", seen))[:1]
    if cited:
        yield from cited
        return
    remedy = rule.remedy
    if loss.is_too_much:
        remedy = _EMPTY_FIRST.get(kind, "remove what is there before it is loaded")
    where, what = source.program(rule.role, _DUMPS if rule.role == "backup" else _LOADS)
    yield Advice(seen, where, what, remedy)


def _fits(rule: _Rule, loss: Loss) -> bool:
    return (
        rule.grade == loss.grade
        and (not rule.classes or loss.kind in rule.classes)
        and (not rule.fates or loss.fate in rule.fates)
    )


def _merged(found: Sequence[Advice]) -> list[Advice]:
    """One for each place and remedy, with everything that was seen because of it."""
    by_cause: dict[tuple[str, str], list[Advice]] = {}
    for advice in found:
        by_cause.setdefault((advice.where, advice.remedy), []).append(advice)
    return [
        group[0]._replace(seen="; ".join(dict.fromkeys(advice.seen for advice in group)))
        for group in by_cause.values()
    ]


class _Source:
    """The Blueprint's text and what lint says of it."""

    def __init__(
        self, blueprint: Blueprint, roles: Mapping[str, str], findings: Sequence[Finding]
    ) -> None:
        self._blueprint = blueprint
        self._roles = roles
        self._findings = findings
        self._view = View(blueprint.document, blueprint.lines)

    def shown(self, where: str) -> str:
        """A place with the file as the person named it."""
        return f"{self._blueprint.document.file}:{':'.join(where.rsplit(':', 2)[1:])}"

    def action(self, role: str) -> str:
        """Where an action stands."""
        return self._blueprint.where(self._roles.get(role, role))

    def cited(self, codes: Sequence[str], role: str, seen: str) -> Iterator[Advice]:
        """Findings of those codes in their order, of one action when a role is given."""
        first, last = self._lines(role)
        for code in codes:
            for finding in self._findings:
                if finding.rule.code == code and first <= finding.place.line <= last:
                    yield Advice(seen, finding.where, finding.message, finding.rule.remedy, code)

    def program(self, role: str, pattern: str) -> tuple[str, str]:
        """Where an action runs such a program or function; else where it begins."""
        name = self._roles.get(role, role)
        action = self._view.action(name)
        for phase in action.phases if action else ():
            if re.fullmatch(pattern, phase.func):
                return self._blueprint.document.where((*phase.path, "func")), phase.func
            for text in phase.argument_texts:
                for match in re.finditer(pattern, text.value):
                    line = text.value[text.value.rfind("\n", 0, match.start()) + 1 :]
                    if line.lstrip().startswith(("#", "export")):
                        continue
                    place = text.place(match.start())
                    file = self._blueprint.document.file
                    return f"{file}:{place.line}:{place.column}", match.group()
        return self.action(role), f"action {name}"

    def _lines(self, role: str) -> tuple[int, int]:
        """First and last line of an action; of the whole file when there is no such role."""
        at = self._blueprint.document.at
        begins = sorted(at(("actions", name))[0] for name in self._blueprint.actions)
        if not role or role not in self._roles:
            return 1, len(self._blueprint.lines) + 1
        first = at(("actions", self._roles[role]))[0]
        later = [line for line in begins if line > first]
        return first, later[0] - 1 if later else len(self._blueprint.lines) + 1
