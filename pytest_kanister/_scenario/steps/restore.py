"""`restore: {}`: the action `restore`, made from the backup."""

from __future__ import annotations

from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind
from pytest_kanister._scenario.steps.nothing import Nothing, parse_nothing

__all__ = ["KIND"]


def run(context: Context, _arguments: Nothing) -> Outcome:
    """Refuses to begin when everything is there already: such a restore could do nothing."""
    truth = context.need("truth")
    now = context.now if context.now is not None else context.stage.workload.snapshot()
    if now == truth:
        raise context.mark.vacuous(
            "everything is there already, so a restore that does nothing would pass",
            "damage the data between backup and restore",
        )
    context.now = None
    name = context.stage.restore(context.need("backup"))
    return Outcome(f"ActionSet {name} complete", facts={"actionset": name})


KIND = StepKind(
    "restore",
    ("backup", "damage"),
    "a restore over intact data proves nothing",
    parse_nothing,
    run,
)
