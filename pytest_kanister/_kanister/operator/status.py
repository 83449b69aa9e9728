"""An ActionSet's status: its first shape, changes under conflict, the percentage."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.validation import validate_actionset
from pytest_kanister._model.resources import ACTIONSETS
from pytest_kanister.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._model.api import Api, Object

__all__ = ["action_status", "now", "phase_dump", "reconcile", "set_percentage"]

_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 10.0
_REFERENCE = ("apiVersion", "group", "kind", "name", "resource")


def now() -> str:
    """The time as Kubernetes writes it: UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def action_status(action: Object, blueprint_action: Object) -> Object:
    """The first status of one action: every phase pending, artifacts as unrendered templates."""
    status: Object = {
        "name": action.get("name") or "",
        # Kanister writes an ObjectReference's empty fields, too.
        "object": {**dict.fromkeys(_REFERENCE, ""), **(action.get("object") or {})},
        "blueprint": action.get("blueprint") or "",
        "phases": [
            _phase_status(phase.get("name") or "", "pending")
            for phase in blueprint_action.get("phases") or []
        ],
    }
    if blueprint_action.get("outputArtifacts"):
        status["artifacts"] = blueprint_action["outputArtifacts"]
    deferred = blueprint_action.get("deferPhase")
    status["deferPhase"] = (
        _phase_status("", "")
        if deferred is None
        else _phase_status(deferred.get("name") or "", "pending")
    )
    return status


def _phase_status(name: str, state: str) -> Object:
    return {"name": name, "state": state, "progress": {}}


def phase_dump(name: str) -> str:
    """A phase's status as Go prints a struct: as it was at launch, so always pending."""
    return (
        f'v1alpha1.Phase{{Name:"{name}", State:"pending", '
        "Output:map[string]interface {}(nil), Progress:v1alpha1.PhaseProgress{"
        'ProgressPercent:"", SizeDownloadedB:0, SizeUploadedB:0, EstimatedDownloadSizeB:0, '
        "EstimatedUploadSizeB:0, EstimatedTimeSeconds:0, LastTransitionTime:<nil>}}"
    )


async def reconcile(
    api: Api, namespace: str, name: str, change: Callable[[Object], None]
) -> Object:
    """Gets the ActionSet, changes it, writes it; again on conflict, with growing pauses.

    It is validated before and after the change, so a status that breaks the rules is not written.

    Raises:
        NotFound: it is gone.
        KanisterError: not valid.
    """
    pause = _FIRST_PAUSE_S
    while True:
        actionset = await api.get(ACTIONSETS, name, namespace)
        validate_actionset(actionset)
        change(actionset)
        validate_actionset(actionset)
        try:
            return await api.update(ACTIONSETS, actionset)
        except Conflict:
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)


def set_percentage(status: Object) -> None:
    """Recomputes `progress.percentCompleted`: the average over all phases of all actions.

    deferPhases do not count.  The time of transition changes only when the value does.
    """
    percents = [
        int((phase.get("progress") or {}).get("progressPercent") or 0)
        for action in status.get("actions") or []
        for phase in action.get("phases") or []
    ]
    if not percents:
        return
    percent = str(sum(percents) // len(percents))
    progress = status.setdefault("progress", {})
    if progress.get("percentCompleted") != percent:
        progress["percentCompleted"] = percent
        progress["lastTransitionTime"] = now()
