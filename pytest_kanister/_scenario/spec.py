"""The parts of a scenario's `spec`, each read by one function."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pytest_kanister._scenario.defaults import default_steps
from pytest_kanister._scenario.model import (
    Budgets,
    Exemption,
    KnownLoss,
    PytestMark,
    Requirement,
    Step,
    WorkloadSpec,
)
from pytest_kanister._scenario.reader import did_you_mean
from pytest_kanister._scenario.steps.registry import STEPS, step_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._scenario.reader import Reader

__all__ = [
    "read_budgets",
    "read_exemptions",
    "read_known",
    "read_marks",
    "read_requirements",
    "read_steps",
    "read_timeouts",
    "read_workload",
]

_REQUIREMENTS = ("backend", "isolation", "kanister", "kubernetes")


def read_workload(reader: Reader) -> WorkloadSpec:
    """Kind and name, the rest is for the workload itself."""
    data = reader.mapping(required=("kind", "name"), optional=None)
    return WorkloadSpec(
        kind=reader.at("kind").text(),
        name=reader.at("name").text(),
        namespace=reader.field("namespace", lambda part: part.text(), ""),
        options={k: v for k, v in data.items() if k not in ("kind", "name", "namespace")},
        mark=reader.at("kind").mark,
    )


def read_steps(spec: Reader, workload: WorkloadSpec | None) -> tuple[Step | None, ...] | None:
    """The listed ones, None in place of a mistaken one; or the workload's default, if it has."""
    if not spec.has("steps"):
        return default_steps(workload.kind, spec.mark) if workload else None
    return tuple(item.attempt(_step, None) for item in spec.at("steps").items())


def _step(item: Reader) -> Step | None:
    data = item.mapping(optional=None)
    if len(data) != 1:
        raise item.error(
            f"{item.label}: expected one step, found "
            f"{', '.join(data) if data else 'an empty mapping'}"
        )
    (word,) = data
    kind = step_kind(word)
    if kind is None:
        raise item.at(word).error(
            f"{item.label}: there is no step {word!r}", did_you_mean(word, list(STEPS))
        )
    mistakes = len(item.problems)
    arguments = kind.parse(item.at(word))
    return None if len(item.problems) > mistakes else Step(word, arguments, item.at(word).mark)


def read_exemptions(reader: Reader, steps: tuple[Step, ...] | None) -> tuple[Exemption, ...]:
    """Checks that may go unmade; each must be asked for by a step."""
    asked = {check for step in steps or () for check in getattr(step.arguments, "checks", ())}
    exemptions = []
    for item in reader.items():
        item.mapping(required=("check", "why"))
        check = item.at("check").text()
        if steps is not None and check not in asked:
            raise item.at("check").error(
                f"no step asks for the check {check!r}, so it cannot go unverified",
                f"checks asked for: {', '.join(sorted(asked)) or 'none'}",
            )
        exemptions.append(Exemption(check, item.at("why").text(), item.mark))
    return tuple(exemptions)


def read_known(reader: Reader) -> tuple[KnownLoss, ...]:
    """Losses that must occur; each with a reason and a last day."""
    found = []
    for item in reader.items():
        item.mapping(required=("loss", "why", "until"), optional=("in",))
        found.append(
            KnownLoss(
                loss=item.at("loss").text(),
                within=item.field("in", lambda part: part.text(), ""),
                why=item.at("why").text(),
                until=_day(item.at("until")),
                mark=item.mark,
            )
        )
    return tuple(found)


def _day(reader: Reader) -> date:
    data = reader.data
    if isinstance(data, date) and not isinstance(data, datetime):
        return data
    try:
        return date.fromisoformat(data)
    except (TypeError, ValueError):
        raise reader.error(
            f"{reader.label}: expected a day such as 2027-01-31, found "
            f"{data.isoformat(' ') if isinstance(data, datetime) else repr(data)}"
        ) from None


def read_budgets(reader: Reader) -> Budgets:
    """`rtoSeconds`, `backupSeconds`."""
    reader.mapping(optional=("rtoSeconds", "backupSeconds"))
    return Budgets(
        rto_s=reader.field("rtoSeconds", lambda part: part.seconds(), None),
        backup_s=reader.field("backupSeconds", lambda part: part.seconds(), None),
    )


def read_timeouts(reader: Reader) -> dict[str, float]:
    """Seconds by step, `default` for all others."""
    words = reader.mapping(optional=("default", *STEPS))
    known = [word for word in words if word == "default" or word in STEPS]
    return {word: reader.field(word, lambda part: part.seconds(), 1.0) for word in known}


def read_requirements(reader: Reader) -> tuple[Requirement, ...]:
    """What the cluster must be: a word or a list of words that will do, by what."""
    found = []
    for what in reader.mapping(optional=_REQUIREMENTS):
        if what not in _REQUIREMENTS:
            continue
        part = reader.at(what)
        items = part.items() if isinstance(part.data, list) else [part]
        accepted = tuple(item.scalar() for item in items)
        if not accepted:
            raise part.error(f"{part.label}: expected what will do, found an empty list")
        found.append(Requirement(what, accepted, part.mark))
    return tuple(found)


def read_marks(reader: Reader) -> tuple[PytestMark, ...]:
    """`slow`, `{xfail: reason}`, `{timeout: 60}`, `{flaky: {reruns: 2}}`."""
    return tuple(_mark(item) for item in reader.items())


_REASONED = ("xfail", "skip")
_OF_FUNCTIONS = {
    "parametrize": "variants of a scenario stand under spec.matrix",
    "usefixtures": "what a scenario needs beside its workload, `apply`, `exec` and `call` make",
}
"""Markers that pytest reads of Python functions only; here they would do nothing, silently."""


def _mark(item: Reader) -> PytestMark:
    if not isinstance(item.data, dict):
        return PytestMark(_word(item, item.text()), (), {}, item.mark)
    if len(item.data) != 1:
        raise item.error(f"{item.label}: expected one marker, found {', '.join(item.data)}")
    (name,) = item.data
    value = item.data[name]
    args: list[Any] = []
    kwargs: Mapping[str, Any] = {}
    if isinstance(value, dict):
        kwargs = value
    elif name in _REASONED:
        kwargs = {"reason": item.at(name).text()}
    elif value is not None:
        args = value if isinstance(value, list) else [value]
    if {"raises", "condition"} & kwargs.keys():
        raise item.at(name).error(
            f"{item.label}: 'raises' and 'condition' are Python values; a scenario has none"
        )
    return PytestMark(_word(item, name), args, kwargs, item.mark)


def _word(item: Reader, name: str) -> str:
    if not name.isidentifier():
        raise item.error(f"{item.label}: expected a marker's name, found {name!r}")
    if name in _OF_FUNCTIONS:
        raise item.error(
            f"{item.label}: the marker {name!r} is for Python functions; a scenario is none",
            _OF_FUNCTIONS[name],
        )
    return name
