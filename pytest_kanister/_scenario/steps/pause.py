"""`pause: 2`: lets seconds pass, where a scenario is about time itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pytest_kanister._scenario.steps.arguments import SECONDS
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND"]


def parse(reader: Reader) -> float:
    """Seconds above zero."""
    return reader.seconds()


def run(_context: Context, seconds: float) -> Outcome:
    """Waits for something are `wait`'s."""
    time.sleep(seconds)
    return Outcome(f"{seconds:g} s passed")


KIND = StepKind("pause", "Lets seconds pass", SECONDS, parse, run)
