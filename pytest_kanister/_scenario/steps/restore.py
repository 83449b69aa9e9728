"""`restore: {}`: the action `restore`, from a backup, into the same workload or a fresh one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.inputs import INPUT_KEYS, INPUT_SCHEMA, read_inputs
from pytest_kanister._scenario.model import Inputs, WorkloadSpec
from pytest_kanister._scenario.steps.arguments import NAME, SECONDS, no_keys, object_of
from pytest_kanister._scenario.steps.context import Restored
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._scenario.reader import Reader
    from pytest_kanister._scenario.stage import Stage

__all__ = ["KIND", "Restore"]


@dataclass(frozen=True)
class Restore:
    """What the step says.

    Attributes:
        backup: which; empty: the newest one.
        into: what a fresh workload has other than the one that was backed up (`name`,
            `namespace`, its own options); None: the one that was backed up.
        inputs: for this ActionSet, over the scenario's own.
        timeout_s: how long it may take; None: as the scenario says.
    """

    backup: str = ""
    into: Mapping[str, Any] | None = None
    inputs: Inputs = field(default_factory=Inputs)
    timeout_s: float | None = None


def parse(reader: Reader) -> Restore:
    """`{}`, `{backup: first}`, `{into: fresh}`, `{into: {namespace: elsewhere}}`."""
    found = no_keys(reader, ("backup", "into", "timeoutSeconds", *INPUT_KEYS))
    if found is None:
        return Restore()
    return Restore(
        backup=found.field("backup", lambda part: part.text(), ""),
        into=found.field("into", _into, None),
        inputs=read_inputs(found),
        timeout_s=found.field("timeoutSeconds", lambda part: part.seconds(), None),
    )


def _into(reader: Reader) -> Mapping[str, Any]:
    if isinstance(reader.data, str):
        reader.one_of(("fresh",))
        return {}
    found: Mapping[str, Any] = reader.mapping(optional=None)
    if "kind" in found:
        raise reader.at("kind").error("a backup is restored into a workload of its own kind")
    for key in {"name", "namespace"} & found.keys():
        reader.at(key).text()
    return found


def run(context: Context, restore: Restore) -> Outcome:
    """Refuses to begin when everything is there already: such a restore could do nothing.

    A second restore of the same backup is no such case: it could do harm.
    """
    taken = context.backup(restore.backup)
    stage = context.stage if restore.into is None else _fresh(context, restore.into)
    here = stage is context.stage
    again = here and taken.name in context.settled
    if not (again or context.provoked):
        _require_loss(context, taken.truth, context.content() if here else None, stage)
    if here:
        context.touched()
    begin = time.monotonic()
    name = context.stage.restore(
        taken.backup,
        into=None if here else stage,
        inputs=context.scenario.inputs.overlaid(restore.inputs),
        timeout_s=context.limit_s,
    )
    seconds = time.monotonic() - begin
    context.restored = Restored(taken, stage)
    if here:
        context.settled.add(taken.name)
    facts = {"actionset": name, "backup": taken.name, "actionSeconds": round(seconds, 4)}
    limit_s = context.scenario.budgets.rto_s
    if limit_s is not None and seconds > limit_s:
        return Outcome(
            f"ActionSet {name} complete in {seconds:.2f} s, the budget is {limit_s:g} s "
            "(rtoSeconds)",
            verdict=Verdict.DIFFERENT,
            facts=facts,
        )
    where = "" if here else f" into {stage.workload.namespace}/{stage.workload.name}"
    return Outcome(f"ActionSet {name} complete{where}", facts=facts)


def _require_loss(context: Context, truth: Snapshot, now: Snapshot | None, stage: Stage) -> None:
    if (now if now is not None else stage.workload.snapshot()) == truth:
        raise context.mark.vacuous(
            "everything is there already, so a restore that does nothing would pass",
            "damage the data between backup and restore",
        )


_OF_EXISTING = ("existing", "destructive")
"""Options of a workload that is there already; a fresh one is deployed."""


def _fresh(context: Context, into: Mapping[str, Any]) -> Stage:
    """The workload that `into` describes; the same description means the same workload."""
    own = context.scenario.workload
    key = repr(sorted(into.items()))
    if key not in context.fresh:
        more = {k: v for k, v in into.items() if k not in ("name", "namespace")}
        context.fresh[key] = context.stage.fresh(
            WorkloadSpec(
                kind=own.kind,
                name=into.get("name", own.name),
                namespace=into.get("namespace", f"{own.namespace[:40] or own.kind}-fresh"),
                options={k: v for k, v in own.options.items() if k not in _OF_EXISTING} | more,
            )
        )
    return context.fresh[key]


KIND = StepKind(
    "restore",
    "Runs the action `restore`, made from a backup; `into` a fresh workload when it says so",
    {
        "oneOf": [
            {"type": "null"},
            object_of(
                {
                    "backup": NAME,
                    "into": {
                        "oneOf": [
                            {"const": "fresh"},
                            {
                                "type": "object",
                                "properties": {"name": NAME, "namespace": NAME, "kind": False},
                            },
                        ],
                        "description": "A workload of the same kind, made for this: `fresh`, or "
                        "what it has other than the one that was backed up",
                    },
                    "timeoutSeconds": SECONDS,
                    **INPUT_SCHEMA,
                }
            ),
        ]
    },
    parse,
    run,
    needs=("backup",),
    why="there must be a backup to restore",
    bounded=True,
)
