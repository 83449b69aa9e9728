"""`verify: {rows: exact, …, extra: none}`: what came back against what there was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._data.proof import compare
from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._data.proof import Diff, Snapshot
    from pytest_kanister._scenario.reader import Reader

__all__ = ["EVERYTHING", "KIND", "Verify"]

# The only value that each check takes, and the grade of difference that breaks it.
_CHECKS = {
    "rows": ("exact", "data"),
    "schema": ("exact", "schema"),
    "code": ("exact", "code"),
    "users": ("exact", "users"),
    "extra": ("none", "extra"),
}

# Classes of a snapshot's inventory of which one must be there for the check to mean anything.
_SEEN_IN = {
    "code": ("procedure", "function", "trigger", "event"),
    "users": ("user", "role"),
}


@dataclass(frozen=True)
class Verify:
    """What is asked; a difference that no check asks for is told, but breaks nothing.

    Attributes:
        checks: empty: everything that the workload's snapshots look at.
    """

    checks: tuple[str, ...] = ()


EVERYTHING = Verify(tuple(_CHECKS))


def parse(reader: Reader) -> Verify:
    """A mapping of checks; `{}` is everything that the workload's snapshots look at."""
    if reader.data is None:
        return Verify()
    data = reader.mapping(optional=tuple(_CHECKS))
    for check in data:
        reader.at(check).one_of((_CHECKS[check][0],))
    return Verify(tuple(data))


def run(context: Context, verify: Verify) -> Outcome:
    """Compares everything that the snapshots hold, then judges what was asked."""
    truth: Snapshot = context.need("truth")
    after = context.stage.workload.snapshot()
    context.now = after
    diff = compare(truth, after)
    checks = verify.checks or tuple(check for check in _CHECKS if _seen(check, truth))
    broken = [check for check in checks if _CHECKS[check][1] in diff.grades]
    unseen = [check for check in checks if not _seen(check, truth)]
    facts = {
        "rows": after.row_count,
        "rowsBefore": truth.row_count,
        "checks": list(checks),
        "grades": list(diff.grades),
    }
    if broken:
        return Outcome(
            f"what came back is not what was there: {_words(diff)} differ",
            verdict=Verdict.DIFFERENT,
            facts=facts,
            detail=str(diff),
        )
    excused = {exemption.check: exemption.why for exemption in context.scenario.unverified}
    open_checks = [check for check in unseen if check not in excused]
    reasons = [
        f"{check}: {context.stage.workload.kind} snapshots do not look at it"
        + (f" (the scenario says why: {excused[check]})" if check in excused else "")
        for check in unseen
    ]
    proven = [check for check in checks if check not in unseen]
    beside = f"; not asked for, but {_words(diff)} differ" if diff else ""
    summary = (
        f"{after.row_count:,} of {truth.row_count:,} rows came back exactly "
        f"(proven: {', '.join(proven)}){beside}"
    )
    return Outcome(
        f"unverified: {', '.join(open_checks)}; {summary}" if open_checks else summary,
        verdict=Verdict.UNVERIFIED if open_checks else Verdict.PROVEN,
        facts={**facts, "unverified": unseen},
        detail="\n".join([*reasons, *([str(diff)] if diff else [])]),
    )


def _seen(check: str, snapshot: Snapshot) -> bool:
    classes = _SEEN_IN.get(check)
    return classes is None or any(word in snapshot.inventory for word in classes)


def _words(diff: Diff) -> str:
    return " and ".join(diff.grades)


KIND = StepKind("verify", ("restore",), "before it there is nothing to verify", parse, run)
