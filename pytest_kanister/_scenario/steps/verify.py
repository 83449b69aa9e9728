"""`verify: {rows: exact, …, extra: none}`: what came back against what there was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.known import without_known
from pytest_kanister._scenario.steps.arguments import (
    NAME,
    PLACE,
    PLACES,
    no_keys,
    object_of,
    place,
)
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
        against: a snapshot by its name; empty: the content when the restored backup was taken.
        where: `source` or `restored`.
    """

    checks: tuple[str, ...] = ()
    against: str = ""
    where: str = "restored"


EVERYTHING = Verify(tuple(_CHECKS))


def parse(reader: Reader) -> Verify:
    """A mapping of checks; `{}` is everything that the workload's snapshots look at."""
    found = no_keys(reader, (*_CHECKS, "against", "in"))
    if found is None:
        return Verify()
    checks = tuple(word for word in found.data if word in _CHECKS)
    for check in checks:
        found.field(check, lambda part, c=check: part.one_of((_CHECKS[c][0],)), "")  # type: ignore[misc] # a default argument binds the loop's value
    against = found.field("against", lambda part: part.text(), "")
    where = found.field("in", lambda part: part.one_of(PLACES), "source" if against else "restored")
    return Verify(checks, against, where)


def run(context: Context, verify: Verify) -> Outcome:
    """Compares everything that the snapshots hold, then judges what was asked."""
    truth = _truth(context, verify)
    stage = place(context, verify.where)
    after = stage.workload.snapshot()
    if stage is context.stage:
        context.now = after
    today = datetime.now(tz=UTC).date()
    diff, missed, expired = without_known(truth, after, context.scenario.known, today)
    checks = verify.checks or tuple(check for check in _CHECKS if _seen(check, truth))
    broken = [check for check in checks if _breaks(check, diff)]
    unseen = [check for check in checks if not _seen(check, truth)]
    known = [loss for loss in context.scenario.known if loss not in missed + expired]
    facts = {
        "rows": after.row_count,
        "rowsBefore": truth.row_count,
        "checks": list(checks),
        "grades": list(diff.grades),
        "known": [f"{loss.loss} in {loss.within or 'any'}: {loss.why}" for loss in known],
    }
    lines = [
        f"{loss.mark}: the known loss of {loss.loss} is excused no longer, since {loss.until}"
        for loss in expired
    ]
    if broken:
        return Outcome(
            f"what came back is not what was there: {_words(diff)} differ",
            verdict=Verdict.DIFFERENT,
            facts=facts,
            detail="\n".join([*lines, str(diff)]),
        )
    if missed:
        return Outcome(
            "a known loss did not occur: "
            + ", ".join(f"{loss.loss} in {loss.within or 'any'}" for loss in missed),
            verdict=Verdict.DIFFERENT,
            facts=facts,
            detail="\n".join(
                f"{loss.mark}: expected the loss of {loss.loss} ({loss.why}), found it there; "
                "take the entry out of spec.known"
                for loss in missed
            ),
        )
    return _proven(context, facts, (truth, after), checks, unseen, diff)


def _proven(
    context: Context,
    facts: dict[str, object],
    snapshots: tuple[Snapshot, Snapshot],
    checks: tuple[str, ...],
    unseen: list[str],
    diff: Diff,
) -> Outcome:
    """Nothing speaks against it; what could not be seen is unverified unless it is excused."""
    truth, after = snapshots
    excused = {exemption.check: exemption.why for exemption in context.scenario.unverified}
    open_checks = [check for check in unseen if check not in excused]
    reasons = [
        f"{check}: {context.stage.workload.kind} snapshots do not look at it"
        + (f" (the scenario says why: {excused[check]})" if check in excused else "")
        for check in unseen
    ]
    proven = [check for check in checks if check not in unseen]
    beside = f"; not asked for, but {_words(diff)} differ" if diff else ""
    known = facts["known"]
    beside += f"; {len(known)} known losses" if isinstance(known, list) and known else ""
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


def _truth(context: Context, verify: Verify) -> Snapshot:
    if verify.against:
        if verify.against not in context.snapshots:
            raise context.error(
                f"there is no snapshot {verify.against!r} at this step",
                f"snapshots so far: {', '.join(context.snapshots) or 'none'}",
            )
        return context.snapshots[verify.against]
    if context.restored is None:
        raise context.error(
            "nothing was restored yet at this step", "put a step 'restore' above this one"
        )
    return context.restored.taken.truth


def _breaks(check: str, diff: Diff) -> bool:
    """Rows that the engine's own dump altered are not exact either: who accepts that lists it."""
    return _CHECKS[check][1] in diff.grades or (check == "rows" and "limit" in diff.grades)


def _seen(check: str, snapshot: Snapshot) -> bool:
    classes = _SEEN_IN.get(check)
    return classes is None or any(word in snapshot.inventory for word in classes)


def _words(diff: Diff) -> str:
    return " and ".join(diff.grades)


KIND = StepKind(
    "verify",
    "Compares every row, the schema, the code, the users, and looks for what was not there",
    {
        "oneOf": [
            {"type": "null"},
            object_of(
                {
                    **{check: {"const": word} for check, (word, _) in _CHECKS.items()},
                    "against": {**NAME, "description": "A snapshot by its name"},
                    "in": PLACE,
                }
            ),
        ]
    },
    parse,
    run,
    needs=("restore",),
    why="before it there is nothing to verify",
)
