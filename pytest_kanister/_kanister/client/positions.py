"""From Kanister's error text to a place in the Blueprint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._base.positions import Path as YamlPath
    from pytest_kanister._kanister.blueprint import Blueprint

__all__ = ["locate"]

_GO_POSITION = re.compile(r"template: \w+:(\d+)(?::(\d+))?: (.*)", re.DOTALL)
_AT = re.compile(r"at <(.*?)>: ", re.DOTALL)
_NOT_FOUND = re.compile(r'Failed to render template: "([^"]+)" not found')
_ARGUMENT = re.compile(r"argument (\S+) is not supported")


def locate(blueprint: Blueprint, action: str, phase: str, message: str) -> str:
    """`file:line:column` of what the message is about: the template, the argument or the phase.

    Kanister names neither the argument nor, for a key that is missing, the line; the place is
    given only where no other in the phase fits as well, else the phase's own.
    """
    if not phase:
        return blueprint.where(action)
    argument = _ARGUMENT.search(message)
    if argument:
        return blueprint.position_in(action, phase, ("args", argument[1]), 1, 0)
    places = list(_places(blueprint, action, phase, message))
    if len(places) == 1:
        path, line, column = places[0]
        return blueprint.position_in(action, phase, path, line, column)
    return blueprint.where(action, phase)


def _places(
    blueprint: Blueprint, action: str, phase: str, message: str
) -> Iterator[tuple[YamlPath, int, int]]:
    missing = _NOT_FOUND.search(message)
    if missing:
        used = re.compile(r"\{\{[^}]*?(\." + re.escape(missing[1]) + r")\b", re.DOTALL)
        for path, text in blueprint.templates(action, phase):
            for found in used.finditer(text):
                before = text[: found.start(1)]
                line = before.count("\n") + 1
                yield path, line, len(before) - before.rfind("\n")
        return
    position = _GO_POSITION.search(message)
    if position is None:
        return
    line, byte = int(position[1]), position[2]
    at = _AT.search(position[3])
    for path, text in blueprint.templates(action, phase):
        lines = text.split("\n")
        if line > len(lines):
            continue
        found_line = lines[line - 1]
        # Go counts bytes from nought, and shortens long expressions with "...".
        if at and at[1].removesuffix("...") not in text:
            continue
        column = 0
        if byte is not None:
            column = len(found_line.encode()[: int(byte)].decode(errors="ignore")) + 1
            if column > len(found_line) + 1:
                continue
        yield path, line, column
