"""`damage: {drop: myImportantData}`: destroys data, and proves that they are gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "Damage"]


@dataclass(frozen=True)
class Damage:
    """How, in the workload's own words."""

    how: Mapping[str, Any]


def parse(reader: Reader) -> Damage:
    """A mapping that is not empty; the workload knows the words."""
    how = reader.mapping(optional=None)
    if not how:
        raise reader.error("damage: expected what to destroy, found an empty mapping")
    return Damage(how)


def run(context: Context, damage: Damage) -> Outcome:
    """Damage that changes nothing would make every later check pass, so it is refused."""
    workload = context.stage.workload
    truth = context.need("truth")
    context.now = None
    done = workload.damage(**damage.how)
    snapshot = workload.snapshot()
    if snapshot == truth:
        raise context.mark.vacuous(
            f"the damage changed nothing ({done}): the snapshot is the same as before",
            "destroy something that was seeded",
        )
    context.now = snapshot
    return Outcome(f"{done}; a snapshot proves it gone", facts={"done": done})


KIND = StepKind(
    "damage",
    ("seed", "backup"),
    "what is destroyed must have been seeded and backed up",
    parse,
    run,
)
