"""`backup: {}`: the action `backup`, and a look at what it put into the bucket."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_kanister._data.stores.audit import check_claims, claims
from pytest_kanister._data.stores.dumps import check_dump, check_stored
from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.inputs import INPUT_KEYS, INPUT_SCHEMA, read_inputs
from pytest_kanister._scenario.model import Inputs
from pytest_kanister._scenario.steps.arguments import NAME, SECONDS, no_keys, object_of
from pytest_kanister._scenario.steps.context import Taken
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader
    from pytest_kanister._scenario.stage import Backup

__all__ = ["KIND", "BackupStep"]


@dataclass(frozen=True)
class BackupStep:
    """What the step says.

    Attributes:
        name: by which later steps mean this backup; empty: its number.
        inputs: for this ActionSet, over the scenario's own.
        timeout_s: how long it may take; None: as the scenario says.
    """

    name: str = ""
    inputs: Inputs = field(default_factory=Inputs)
    timeout_s: float | None = None


def parse(reader: Reader) -> BackupStep:
    """`{}`, `{name: first, options: {…}, timeoutSeconds: 60}`."""
    found = no_keys(reader, ("name", "timeoutSeconds", *INPUT_KEYS))
    if found is None:
        return BackupStep()
    return BackupStep(
        name=found.field("name", lambda part: part.text(), ""),
        inputs=read_inputs(found),
        timeout_s=found.field("timeoutSeconds", lambda part: part.seconds(), None),
    )


def run(context: Context, step: BackupStep) -> Outcome:
    """A complete ActionSet is Kanister's word; the objects in the bucket are the evidence."""
    stage, scenario = context.stage, context.scenario
    findings = _told_apart(context)
    truth = context.content()
    begin = time.monotonic()
    backup = stage.backup(
        scenario.blueprint,
        beside=scenario.path.parent,
        inputs=scenario.inputs.overlaid(step.inputs),
        timeout_s=context.limit_s,
    )
    seconds = time.monotonic() - begin
    name = step.name or str(len(context.taken) + 1)
    earlier = list(context.taken.values())
    context.taken[name] = Taken(name, backup, truth, time.time())
    size_bytes = sum(stored.size_bytes for stored in backup.objects)
    facts = {
        "backup": name,
        "actionset": backup.actionset,
        "actionSeconds": round(seconds, 4),
        "objects": len(backup.objects),
        "bytes": size_bytes,
        "keys": [stored.key for stored in backup.objects],
    }
    faults = _faults(context, backup, earlier)
    if backup.artifacts:
        bucket = stage.bucket
        made = claims(backup.artifacts, bucket.name, bucket.prefix)
        findings += tuple(check_claims((stored.key for stored in backup.objects), made))
    if faults:
        return Outcome(
            f"ActionSet {backup.actionset} complete, but what it stored is no backup",
            verdict=Verdict.DIFFERENT,
            facts=facts,
            detail="\n".join(faults),
            findings=findings,
        )
    limit_s = scenario.budgets.backup_s
    if limit_s is not None and seconds > limit_s:
        return Outcome(
            f"ActionSet {backup.actionset} complete in {seconds:.2f} s, "
            f"the budget is {limit_s:g} s (backupSeconds)",
            verdict=Verdict.DIFFERENT,
            facts=facts,
        )
    count = "1 new object" if len(backup.objects) == 1 else f"{len(backup.objects)} new objects"
    return Outcome(
        f"ActionSet {backup.actionset} complete; bucket {stage.bucket.name} holds {count}, "
        f"{size_bytes:,} bytes, whole",
        facts=facts,
        findings=findings,
    )


def _told_apart(context: Context) -> tuple[str, ...]:
    """Waits for the next second where the Blueprint's paths need it, and says so."""
    if not context.taken:
        return ()
    scenario = context.scenario
    by_what = context.stage.precision(scenario.blueprint, beside=scenario.path.parent)
    if not by_what:
        return ()
    newest = context.backup()
    finding = (
        f"two backups within one second would get the same path, as the Blueprint tells them "
        f"apart by {by_what}"
    )
    next_s = int(newest.ended_s) + 1
    if time.time() >= next_s:
        return (finding,)
    while time.time() < next_s:
        time.sleep(max(0.001, next_s - time.time()))
    return (f"{finding}; the step waited for the next second",)


def _faults(context: Context, backup: Backup, earlier: list[Taken]) -> list[str]:
    """Why what was stored cannot be a backup of its own."""
    bucket = context.stage.bucket
    if not backup.objects:
        return [f"bucket {bucket.name} holds no new object below {bucket.prefix!r}"]
    faults = []
    for stored in backup.objects:
        body = bucket.get(stored.key)
        # Whose server it is, and what its entity tags are, is not known here.
        if fault := check_stored(stored, body, md5_tags=False) or check_dump(body):
            faults.append(f"{stored.key} ({stored.size_bytes:,} bytes): {fault}")
    keys = {stored.key for stored in backup.objects}
    for taken in earlier:
        shared = keys & {stored.key for stored in taken.backup.objects}
        # A repository shares objects on purpose, and its artifacts tell the backups apart.
        if shared and taken.backup.artifacts == backup.artifacts:
            faults.append(
                f"it overwrote backup {taken.name!r}: both have the artifacts "
                f"{dict(backup.artifacts)} and the object {min(shared)}"
            )
    return faults


KIND = StepKind(
    "backup",
    "Runs the action `backup`; the bucket must then hold whole new objects",
    {
        "oneOf": [
            {"type": "null"},
            object_of({"name": NAME, "timeoutSeconds": SECONDS, **INPUT_SCHEMA}),
        ]
    },
    parse,
    run,
    needs=("seed", "sql", "exec", "call", "apply"),
    why="an empty database has nothing to lose",
    bounded=True,
)
