"""Whether a list of steps can prove anything, judged before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._scenario.steps.expect_failure import ExpectFailure
from pytest_kanister._scenario.steps.registry import STEPS
from pytest_kanister._scenario.steps.restore import Restore
from pytest_kanister._scenario.steps.verify import Verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._scenario.model import Mark, Step
    from pytest_kanister.errors import ScenarioError

__all__ = ["problems_of"]

_COMPARING = ("verify", "verifyDeleted", "expectFailure", "call")
_CHANGING = ("damage", "sql", "exec", "call", "apply")
_VERDICTS = ("verify", "verifyDeleted")
_LOOKING = ("snapshot", "verify", "verifyDeleted")


def problems_of(steps: Sequence[Step], where: Mark) -> list[ScenarioError]:
    """An order in which a step has nothing to work on, or nothing could fail; one error each."""
    found: list[ScenarioError] = []
    done: set[str] = set()
    backups: list[str] = []
    snapshots: set[str] = set()
    untouched: set[str] = set()
    for step in steps:
        found += _missing(step, done)
        found += _names(step, backups, snapshots)
        found += _unchanged(step, untouched)
        done.add(step.kind)
        if isinstance(step.arguments, ExpectFailure):
            done.add(step.arguments.word)
    compares = done.intersection(_COMPARING) or any(
        getattr(step.arguments, "expect", None) is not None for step in steps
    )
    if not compares and not found:
        found.append(
            where.vacuous(
                "no step compares anything, so this scenario cannot fail",
                "end it with 'verify', or with 'delete' and 'verifyDeleted'",
            )
        )
    return found


def _missing(step: Step, done: set[str]) -> list[ScenarioError]:
    kind = STEPS[step.kind]
    alone = isinstance(step.arguments, Restore) and step.arguments.into is None
    if alone and "backup" in done and not done.intersection(_CHANGING):
        return [
            step.mark.error(
                "'restore' needs 'damage' before it: a restore over intact data proves nothing",
                "put a step 'damage' above this one, or restore 'into: fresh'",
            )
        ]
    against = isinstance(step.arguments, Verify) and step.arguments.against
    if against or not kind.needs or done.intersection(kind.needs):
        return []
    error = step.mark.vacuous if step.kind in _VERDICTS else step.mark.error
    first = kind.needs[0]
    return [
        error(
            f"{step.kind!r} needs {first!r} before it: {kind.why}",
            f"put a step {first!r} above this one",
        )
    ]


def _unchanged(step: Step, untouched: set[str]) -> list[ScenarioError]:
    """Nothing has happened since a snapshot that `verify` compares with.

    Keeps `untouched`: the snapshots since which no step did more than look.
    """
    against = getattr(step.arguments, "against", "")
    if step.kind == "snapshot":
        untouched.add(step.arguments.name)
    elif step.kind not in _LOOKING:
        untouched.clear()
    if not isinstance(step.arguments, Verify) or against not in untouched:
        return []
    return [
        step.mark.vacuous(
            f"nothing has happened since the snapshot {against!r}, so this cannot fail",
            "put between the two what must leave the data as they are, or bring them back",
        )
    ]


def _names(step: Step, backups: list[str], snapshots: set[str]) -> list[ScenarioError]:
    """Checks the names that a step uses, and takes note of those that it gives."""
    arguments = step.arguments
    if isinstance(arguments, ExpectFailure):
        arguments = arguments.arguments
    found = []
    meant = getattr(arguments, "backup", "")
    if meant and meant not in backups:
        found.append(
            step.mark.error(
                f"there is no backup {meant!r} above this step",
                f"backups above it: {', '.join(backups) or 'none'}",
            )
        )
    against = getattr(arguments, "against", "")
    if against and against not in snapshots:
        found.append(
            step.mark.error(
                f"there is no snapshot {against!r} above this step",
                f"snapshots above it: {', '.join(sorted(snapshots)) or 'none'}",
            )
        )
    if step.kind == "backup":
        name = arguments.name or str(len(backups) + 1)
        if name in backups:
            found.append(step.mark.error(f"a backup {name!r} stands here twice"))
        backups.append(name)
    if step.kind == "snapshot":
        if arguments.name in snapshots:
            found.append(step.mark.error(f"a snapshot {arguments.name!r} stands here twice"))
        snapshots.add(arguments.name)
    return found
