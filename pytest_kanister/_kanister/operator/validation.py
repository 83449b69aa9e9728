"""What Kanister demands of an ActionSet, before it takes it in and around each status write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import KanisterError

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["STATES", "validate_actionset"]

STATES = ("pending", "running", "failed", "complete")
_KINDS = frozenset(
    {"statefulset", "deployment", "pvc", "deploymentconfig", "namespace", "unstructured"}
)


def validate_actionset(actionset: Object) -> None:
    """Checks spec and, if there is one, status.

    Raises:
        KanisterError: the placeholders `%s` stand literally in some messages: Kanister passes
            their values as details and never fills them in.
    """
    spec = actionset.get("spec")
    if spec is None:
        raise _invalid("Spec must be non-nil")
    actions = spec.get("actions") or []
    for action in actions:
        _validate_object(action)
    status = actionset.get("status")
    if status is not None:
        _validate_status(status, len(actions))


def _validate_object(action: Object) -> None:
    reference = action.get("object") or {}
    if (reference.get("kind") or "").lower() in _KINDS:
        return
    if not reference.get("apiVersion") or not reference.get("resource"):
        raise _invalid(
            "Not a known object Kind %s. Action %s must specify Resource name and API version",
            kind=reference.get("kind") or "",
            action=action.get("name") or "",
        )


def _validate_status(status: Object, expected: int) -> None:
    state = status.get("state") or ""
    actions = status.get("actions") or []
    # An ActionSet that failed at its beginning has no status per action.
    if len(actions) != expected and not (state == "failed" and not actions):
        raise _invalid("Number of actions in status actions and spec must match")
    _validate_state(state)
    for action in actions:
        _validate_phases(action.get("phases") or [], complete=state == "complete")


def _validate_phases(phases: list[Object], *, complete: bool) -> None:
    before = "complete"
    for phase in phases:
        state = phase.get("state") or ""
        _validate_state(state)
        if complete and state in ("pending", "running"):
            raise _invalid("ActionSet cannot be complete if any actions are not complete")
        if before != "complete" and state != "pending":
            raise _invalid("Phases after a %s one must be pending", state=before)
        before = state


def _validate_state(state: str) -> None:
    if state not in STATES:
        raise _invalid("Unknown state string %s", state=state)


def _invalid(message: str, **details: str) -> KanisterError:
    return KanisterError(message, details or None, KanisterError("Validation Failed"))
