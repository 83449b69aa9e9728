"""`damage: {drop: myImportantData}`: destroys data or a backup, and proves that they are gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.stores.ledger import Ledger
from pytest_kanister._scenario.steps.arguments import NAME, object_of
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "Damage"]


@dataclass(frozen=True)
class Damage:
    """How, in the workload's own words; or what becomes of a backup's objects.

    Attributes:
        how: for the workload.
        artifact: `missing`, `truncated` or `empty`; empty: the workload is damaged.
        backup: whose artifact; empty: the newest one's.
    """

    how: Mapping[str, Any]
    artifact: str = ""
    backup: str = ""


_ARTIFACTS: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda body: None,
    "truncated": lambda body: body[: len(body) // 2],
    "empty": lambda body: b"",
}


def parse(reader: Reader) -> Damage:
    """A mapping that is not empty; the workload knows the words."""
    how = reader.mapping(optional=None)
    if not how:
        raise reader.error("damage: expected what to destroy, found an empty mapping")
    if "artifact" in how:
        reader.mapping(optional=("artifact", "backup"))
        return Damage(
            {},
            artifact=reader.at("artifact").one_of(tuple(_ARTIFACTS)),
            backup=reader.field("backup", lambda part: part.text(), ""),
        )
    return Damage(how)


def run(context: Context, damage: Damage) -> Outcome:
    """Damage that changes nothing would make every later check pass, so it is refused."""
    return _artifact(context, damage) if damage.artifact else _workload(context, damage)


def _workload(context: Context, damage: Damage) -> Outcome:
    before = context.content()
    context.touched()
    done = context.stage.workload.damage(**damage.how)
    if context.content() == before:
        raise context.mark.vacuous(
            f"the damage changed nothing ({done}): the snapshot is the same as before",
            "destroy something that was seeded",
        )
    return Outcome(f"{done}; a snapshot proves it gone", facts={"done": done})


def _artifact(context: Context, damage: Damage) -> Outcome:
    bucket = context.stage.bucket
    objects = context.backup(damage.backup).backup.objects
    before = Ledger.of(bucket)
    for stored in objects:
        body = _ARTIFACTS[damage.artifact](bucket.get(stored.key))
        if body is None:
            bucket.delete(stored.key)
        else:
            bucket.put(stored.key, body)
    change = Ledger.of(bucket).since(before)
    if not change:
        raise context.mark.vacuous(
            f"the damage changed nothing: the backup's {len(objects)} objects are as they were",
            "choose another word: missing, truncated or empty",
        )
    count = "1 object" if len(objects) == 1 else f"{len(objects)} objects"
    return Outcome(
        f"{count} of the backup {damage.artifact}; a look into the bucket proves it",
        facts={"done": damage.artifact},
        detail=str(change),
    )


KIND = StepKind(
    "damage",
    "Destroys data in the workload's own words (`drop: db`), or a backup's objects "
    "(`artifact: missing`), and proves it",
    {
        "oneOf": [
            {"type": "object", "minProperties": 1, "not": {"required": ["artifact"]}},
            object_of({"artifact": {"enum": list(_ARTIFACTS)}, "backup": NAME}, ("artifact",)),
        ]
    },
    parse,
    run,
    needs=("backup",),
    why="what is destroyed must have been backed up",
)
