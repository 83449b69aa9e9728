"""Results as JSON values, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._model.results import Verdict

if TYPE_CHECKING:
    from pytest_kanister._model.results import ScenarioResult, StepResult

__all__ = ["cause_of", "result_as_json"]

_CAUSES = {1: "actionset", 2: "scenario", 3: "unverified", 4: "environment"}


def cause_of(result: ScenarioResult) -> str:
    """Whose affair it is that nothing is proven; empty when it is.

    `data`: what came back differs; `actionset`: Kanister's own outcome; `environment`: the
    machine or the cluster; `scenario`: its author; `unverified`: a check could not be made;
    `interrupted`: somebody ended it from outside, such as pytest-timeout.
    """
    if result.verdict is Verdict.PROVEN:
        return ""
    if result.verdict is Verdict.UNVERIFIED:
        return "unverified"
    facts = result.steps[-1].facts if result.steps else {}
    if facts.get("error") == "Interrupted":
        return "interrupted"
    if result.verdict is Verdict.DIFFERENT:
        return "actionset" if "exitCode" in facts else "data"
    return _CAUSES.get(facts.get("exitCode", 4), "environment")


def result_as_json(result: ScenarioResult) -> dict[str, Any]:
    """One scenario: `{"name", "verdict", "cause", "seconds", "steps", "ran", "losses"}`."""
    return {
        "name": result.name,
        "verdict": result.verdict.value,
        "cause": cause_of(result),
        "seconds": round(result.seconds, 4),
        "steps": [_step_as_json(step) for step in result.steps],
        "ran": dict(result.ran),
        "losses": list(result.losses),
    }


def _step_as_json(step: StepResult) -> dict[str, Any]:
    return {
        "step": step.step,
        "verdict": step.verdict.value,
        "summary": step.summary,
        "seconds": round(step.seconds, 4),
        "where": step.where,
        "facts": dict(step.facts),
        "detail": step.detail,
    }
