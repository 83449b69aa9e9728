"""`verifyDeleted: {}`: after the action `delete` the bucket holds nothing of the backup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._data.stores.audit import ALLOWED, left_behind
from pytest_kanister._data.stores.ledger import Ledger
from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "VerifyDeleted"]


@dataclass(frozen=True)
class VerifyDeleted:
    """What a bucket that keeps versions may keep: `deleteMarkers`, `noncurrentVersions`, `locked`.

    Kanister's own `delete` only hides an object there.
    """

    allow: tuple[str, ...] = ()


def parse(reader: Reader) -> VerifyDeleted:
    """`{}`, nothing at all after the colon, or a mapping with the list `allow`."""
    if reader.data is None or "allow" not in reader.mapping(optional=("allow",)):
        return VerifyDeleted()
    return VerifyDeleted(tuple(item.one_of(ALLOWED) for item in reader.at("allow").items()))


def run(context: Context, arguments: VerifyDeleted) -> Outcome:
    """The backup's objects were there (`backup` saw them), so their absence says something."""
    bucket = context.stage.bucket
    ledger = Ledger.complete(bucket)
    left = left_behind(ledger, allowed=arguments.allow)
    if not left:
        hidden = f", {len(ledger.versions)} allowed versions aside" if ledger.versions else ""
        return Outcome(
            f"bucket {bucket.name} is empty again{hidden}",
            facts={"objects": 0, "versions": len(ledger.versions)},
        )
    lines = [f"- {line}" for line in left[:20]]
    if len(left) > len(lines):
        lines.append(f"  … and {len(left) - len(lines):,} more")
    count = "1 object is" if len(left) == 1 else f"{len(left):,} objects are"
    return Outcome(
        f"{count} still in bucket {bucket.name}",
        verdict=Verdict.DIFFERENT,
        facts={"objects": len(left)},
        detail="\n".join(["expected no object, found", *lines]),
    )


KIND = StepKind(
    "verifyDeleted",
    ("delete",),
    "a bucket that nobody cleaned cannot be judged",
    parse,
    run,
)
