"""From Kanister's error text to a place in the Blueprint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._kanister.blueprint import Blueprint

__all__ = ["locate"]

_ARGUMENT = re.compile(r"argument (\S+) is not supported")


def locate(blueprint: Blueprint, action: str, phase: str, message: str) -> str:
    """`file:line:column` of what the message is about.

    The place in a template or the argument where the message tells it, else the phase, or the
    action when no phase is known (errors of output artifacts belong to none).
    """
    # The template engine is loaded by those only whose ActionSet failed.
    from pytest_kanister._kanister.params.locating import locate_template_error

    body = blueprint.phase(action, phase) if phase else None
    if body is None:
        body = {"outputArtifacts": blueprint.action(action).get("outputArtifacts")}
    elif argument := _ARGUMENT.search(message):
        return blueprint.position_in(action, phase, ("args", argument[1]), 1, 0)
    found = locate_template_error(body, message)
    if found is None:
        return blueprint.where(action, phase)
    path, line, column = found
    return blueprint.position_in(action, phase, path, line, column)
