"""`snapshot: before`: keeps the content under a name, for `verify: {against: before}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._scenario.steps.arguments import NAME, PLACE, PLACES, object_of, place
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "SnapshotStep"]


@dataclass(frozen=True)
class SnapshotStep:
    """Under which name, and of which workload."""

    name: str
    where: str = "source"


def parse(reader: Reader) -> SnapshotStep:
    """A name, or `{name: before, in: restored}`."""
    if isinstance(reader.data, dict):
        reader.mapping(required=("name",), optional=("in",))
        where = reader.field("in", lambda part: part.one_of(PLACES), "source")
        return SnapshotStep(reader.at("name").text(), where)
    return SnapshotStep(reader.text())


def run(context: Context, step: SnapshotStep) -> Outcome:
    """A name may be used once, so that nobody compares with another snapshot than he means."""
    if step.name in context.snapshots:
        raise context.error(f"there is a snapshot {step.name!r} already")
    stage = place(context, step.where)
    snapshot = stage.workload.snapshot()
    if stage is context.stage:
        context.now = snapshot
    context.snapshots[step.name] = snapshot
    return Outcome(
        f"snapshot {step.name!r} taken: {snapshot.summary()}", facts={"rows": snapshot.row_count}
    )


KIND = StepKind(
    "snapshot",
    "Keeps the workload's content under a name",
    {"oneOf": [NAME, object_of({"name": NAME, "in": PLACE}, ("name",))]},
    parse,
    run,
)
