"""Verdicts and what a step leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

__all__ = ["ScenarioResult", "StepResult", "Verdict"]


class Verdict(Enum):
    """How a step or scenario ended.  The value is the word people read."""

    PROVEN = "proven"
    DIFFERENT = "different"
    UNVERIFIED = "unverified"
    ERROR = "error"

    @property
    def exit_code(self) -> int:
        """What the command line exits with."""
        return {"proven": 0, "different": 1, "unverified": 3, "error": 4}[self.value]


@dataclass(frozen=True)
class StepResult:
    """One step of a scenario, done.

    Attributes:
        step: the step's word in the scenario (`seed`, `backup`, `verify` …).
        verdict: how it ended.
        summary: one line for the person who watches, past tense, with figures.
        seconds: how long it took.
        where: `file:line:column` of the step in its scenario; empty when there is no file.
        facts: figures by name, JSON values (`rows`, `objects`, `bytes`, `actionset` …).
        detail: more lines (a diff, the ActionSet's error); empty when all is well.
    """

    step: str
    verdict: Verdict
    summary: str
    seconds: float
    where: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    detail: str = ""


@dataclass(frozen=True)
class ScenarioResult:
    """A whole scenario: its steps in order and what really ran.

    Attributes:
        name: scenario's name.
        verdict: the worst of its steps.
        steps: in order; steps after a failed one are absent.
        ran: what really ran, in words, by role (`database`, `store`, `cluster`, `kanister`,
            `isolation`): server and version against the one asked for; and what a snapshot
            does not look at (`unseen`) and a cluster does not model (`unmodelled`).
        losses: what this machine could not give.
        seconds: from the first step's start to the last one's end.
    """

    name: str
    verdict: Verdict
    steps: tuple[StepResult, ...]
    ran: dict[str, str]
    losses: tuple[str, ...]
    seconds: float
