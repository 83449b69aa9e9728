"""Results as JSON values, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_kanister._model.results import ScenarioResult, StepResult

__all__ = ["result_as_json"]


def result_as_json(result: ScenarioResult) -> dict[str, Any]:
    """One scenario: `{"name", "verdict", "seconds", "steps", "ran", "losses"}`."""
    return {
        "name": result.name,
        "verdict": result.verdict.value,
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
