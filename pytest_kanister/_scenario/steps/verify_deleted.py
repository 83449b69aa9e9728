"""`verifyDeleted: {}`: after the action `delete` the bucket holds nothing of the backup."""

from __future__ import annotations

from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind
from pytest_kanister._scenario.steps.nothing import Nothing, parse_nothing

__all__ = ["KIND"]


def run(context: Context, _arguments: Nothing) -> Outcome:
    """The backup's objects were there (`backup` saw them), so their absence says something."""
    bucket = context.stage.bucket
    left = bucket.objects()
    if not left:
        return Outcome(f"bucket {bucket.name} is empty again", facts={"objects": 0})
    lines = [f"- {stored.key}  {stored.size_bytes:,} bytes" for stored in left[:20]]
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
    parse_nothing,
    run,
)
