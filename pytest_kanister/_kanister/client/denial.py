"""What Kanister's admission webhook says of a Blueprint, with the place in its file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_kanister._kanister.client.messages import ways_out
from pytest_kanister.errors import BlueprintDenied

if TYPE_CHECKING:
    from pytest_kanister._kanister.blueprint import Blueprint
    from pytest_kanister.errors import ApiError

__all__ = ["denial"]

_DENIED = "denied the request: Invalid blueprint, "
_PHASE = re.compile(r"Failed to validate phase (\S*) in action (\S+):")
_FUNCTION = re.compile(r"Failed to validate action (\S+): Requested function \{(.*?)\}")


def denial(error: ApiError, blueprint: Blueprint) -> BlueprintDenied | None:
    """The webhook's refusal with the phase that it names; None: the API refused by itself."""
    _, denied, message = error.message.partition(_DENIED)
    if not denied:
        return None
    message = message.strip()
    action = phase = ""
    if found := _PHASE.match(message):
        phase, action = found.groups()
    elif found := _FUNCTION.match(message):
        action, function = found.groups()
        bodies = [*(blueprint.action(action).get("phases") or ())]
        bodies.append(blueprint.action(action).get("deferPhase") or {})
        phase = next((b.get("name", "") for b in bodies if b.get("func") == function), "")
    return BlueprintDenied(
        blueprint.name,
        namespace="",
        action=action,
        message=message,
        phase=phase,
        where=blueprint.where(action, phase) if phase else blueprint.document.file,
        remedies=ways_out(message),
    )
