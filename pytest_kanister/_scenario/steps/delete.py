"""`delete: {}`: the action `delete`, made from the backup."""

from __future__ import annotations

from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind
from pytest_kanister._scenario.steps.nothing import Nothing, parse_nothing

__all__ = ["KIND"]


def run(context: Context, _arguments: Nothing) -> Outcome:
    """What it removed is judged by `verifyDeleted`."""
    context.now = None
    name = context.stage.delete(context.need("backup"))
    return Outcome(f"ActionSet {name} complete", facts={"actionset": name})


KIND = StepKind("delete", ("backup",), "there must be a backup to delete", parse_nothing, run)
