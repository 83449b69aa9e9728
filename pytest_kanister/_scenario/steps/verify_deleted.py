"""`verifyDeleted: {}`: after the action `delete` the bucket holds nothing of the backup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._data.stores.audit import ALLOWED, left_behind
from pytest_kanister._data.stores.ledger import Ledger
from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.arguments import no_keys, object_of
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "VerifyDeleted"]

_SHOWN = 20


@dataclass(frozen=True)
class VerifyDeleted:
    """What a bucket that keeps versions may keep: `deleteMarkers`, `noncurrentVersions`, `locked`.

    Kanister's own `delete` only hides an object there.
    """

    allow: tuple[str, ...] = ()


def parse(reader: Reader) -> VerifyDeleted:
    """`{}`, nothing at all after the colon, or a mapping with the list `allow`."""
    found = no_keys(reader, ("allow",))
    if found is None:
        return VerifyDeleted()
    return VerifyDeleted(
        found.field("allow", lambda part: tuple(item.one_of(ALLOWED) for item in part.items()), ())
    )


def run(context: Context, arguments: VerifyDeleted) -> Outcome:
    """The backups' objects were there (`backup` saw them), so their absence says something.

    What belongs to backups that were not deleted may be there; that nothing of it is hurt is
    the step `delete`'s own affair.
    """
    bucket = context.stage.bucket
    ledger = Ledger.complete(bucket)
    living = {
        stored.key
        for taken in context.taken.values()
        if taken.name not in context.deleted
        for stored in taken.backup.objects
    }
    versioned = {version.key for version in ledger.versions}
    own = {key for key in {*ledger.objects, *versioned, *ledger.uploads} if key not in living}
    left = left_behind(ledger, own if living else None, allowed=arguments.allow)
    facts = {"objects": len(left), "versions": len(ledger.versions), "kept": len(living)}
    if not left:
        allowed = sum(version.key not in living for version in ledger.versions)
        hidden = f", {allowed} allowed versions aside" if allowed else ""
        said = (
            f"bucket {bucket.name} holds {len(living):,} of the other backups' alone"
            if living
            else f"bucket {bucket.name} is empty again"
        )
        return Outcome(f"{said}{hidden}", facts=facts)
    lines = [f"- {line}" for line in left[:_SHOWN]]
    if len(left) > len(lines):
        lines.append(f"  … and {len(left) - len(lines):,} more")
    count = "1 object is" if len(left) == 1 else f"{len(left):,} objects are"
    return Outcome(
        f"{count} still in bucket {bucket.name}",
        verdict=Verdict.DIFFERENT,
        facts=facts,
        detail="\n".join(["expected no object, found", *lines]),
    )


KIND = StepKind(
    "verifyDeleted",
    "The bucket holds nothing of deleted backups",
    {
        "oneOf": [
            {"type": "null"},
            object_of({"allow": {"type": "array", "items": {"enum": list(ALLOWED)}}}),
        ]
    },
    parse,
    run,
    needs=("delete",),
    why="a bucket that nobody cleaned cannot be judged",
)
