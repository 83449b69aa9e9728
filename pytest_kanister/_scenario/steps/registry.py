"""Which steps there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._scenario.steps import (
    apply,
    backup,
    call,
    damage,
    delete,
    exec,  # noqa: A004 # the step's own word; nobody here wants the builtin
    expect_failure,
    pause,
    restore,
    seed,
    snapshot,
    sql,
    verify,
    verify_deleted,
    wait,
)

if TYPE_CHECKING:
    from pytest_kanister._scenario.steps.kind import StepKind

__all__ = ["STEPS", "step_kind"]

STEPS: dict[str, StepKind] = {
    module.KIND.word: module.KIND
    for module in (
        seed,
        backup,
        damage,
        restore,
        verify,
        delete,
        verify_deleted,
        snapshot,
        apply,
        wait,
        exec,
        sql,
        pause,
        expect_failure,
        call,
    )
}


def step_kind(word: str) -> StepKind | None:
    """The step of that name; None when there is none."""
    return STEPS.get(word)
