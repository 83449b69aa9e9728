"""`backup: {}`: the action `backup`, and a look at what it put into the bucket."""

from __future__ import annotations

from pytest_kanister._data.stores.ledger import check_dump
from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind
from pytest_kanister._scenario.steps.nothing import Nothing, parse_nothing

__all__ = ["KIND"]


def run(context: Context, _arguments: Nothing) -> Outcome:
    """A complete ActionSet is Kanister's word; the objects in the bucket are the evidence."""
    stage = context.stage
    backup = stage.backup(context.scenario.blueprint, beside=context.scenario.path.parent)
    context.backup = backup
    size_bytes = sum(stored.size_bytes for stored in backup.objects)
    facts = {
        "actionset": backup.actionset,
        "objects": len(backup.objects),
        "bytes": size_bytes,
        "keys": [stored.key for stored in backup.objects],
    }
    faults = [
        f"{stored.key} ({stored.size_bytes:,} bytes): {fault}"
        for stored in backup.objects
        if (fault := check_dump(stage.bucket.get(stored.key)))
    ]
    if not backup.objects:
        faults = [f"bucket {stage.bucket.name} holds no new object below {stage.bucket.prefix!r}"]
    if faults:
        return Outcome(
            f"ActionSet {backup.actionset} complete, but what it stored is no backup",
            verdict=Verdict.DIFFERENT,
            facts=facts,
            detail="\n".join(faults),
        )
    count = "1 new object" if len(backup.objects) == 1 else f"{len(backup.objects)} new objects"
    return Outcome(
        f"ActionSet {backup.actionset} complete; bucket {stage.bucket.name} holds {count}, "
        f"{size_bytes:,} bytes, whole",
        facts=facts,
    )


KIND = StepKind("backup", ("seed",), "an empty database has nothing to lose", parse_nothing, run)
