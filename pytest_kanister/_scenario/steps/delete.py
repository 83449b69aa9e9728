"""`delete: {}`: the action `delete`, made from a backup."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_kanister._model.references import Target
from pytest_kanister._scenario.inputs import INPUT_KEYS, INPUT_SCHEMA, read_inputs
from pytest_kanister._scenario.model import Inputs
from pytest_kanister._scenario.steps.arguments import NAME, SECONDS, no_keys, object_of
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "Delete"]

_TARGETS = ("workload", "namespace")


@dataclass(frozen=True)
class Delete:
    """What the step says.

    Attributes:
        backup: which; empty: the newest one.
        target: the ActionSet's object, `workload` or `namespace`; empty: what its templates read.
        inputs: for this ActionSet, over the scenario's own.
        timeout_s: how long it may take; None: as the scenario says.
    """

    backup: str = ""
    target: str = ""
    inputs: Inputs = field(default_factory=Inputs)
    timeout_s: float | None = None


def parse(reader: Reader) -> Delete:
    """`{}`, `{backup: first}`, `{target: namespace}`."""
    found = no_keys(reader, ("backup", "target", "timeoutSeconds", *INPUT_KEYS))
    if found is None:
        return Delete()
    return Delete(
        backup=found.field("backup", lambda part: part.text(), ""),
        target=found.field("target", lambda part: part.one_of(_TARGETS), ""),
        inputs=read_inputs(found),
        timeout_s=found.field("timeoutSeconds", lambda part: part.seconds(), None),
    )


def run(context: Context, delete: Delete) -> Outcome:
    """What it removed is judged by `verifyDeleted`."""
    taken = context.backup(delete.backup)
    context.touched()
    name = context.stage.delete(
        taken.backup,
        target=_target(context, delete.target),
        inputs=context.scenario.inputs.overlaid(delete.inputs),
        timeout_s=context.limit_s,
    )
    context.deleted.add(taken.name)
    return Outcome(f"ActionSet {name} complete", facts={"actionset": name, "backup": taken.name})


def _target(context: Context, word: str) -> Target | None:
    workload = context.stage.workload
    return {
        "": None,
        "workload": workload.target,
        "namespace": Target("namespace", workload.namespace, workload.namespace),
    }[word]


KIND = StepKind(
    "delete",
    "Runs the action `delete`, made from a backup",
    {
        "oneOf": [
            {"type": "null"},
            object_of(
                {
                    "backup": NAME,
                    "target": {
                        "enum": list(_TARGETS),
                        "description": "The ActionSet's object; left out: what its templates read",
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
    why="there must be a backup to delete",
    bounded=True,
)
