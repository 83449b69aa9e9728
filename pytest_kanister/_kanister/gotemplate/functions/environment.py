"""Environment and names: what sprig reads from the controller's surroundings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import limits
from .registry import Family

if TYPE_CHECKING:
    from ..world import World

environment = Family()

_SPECIAL = frozenset("*#$@!?-0123456789")


@environment.add("env", "string -> string", worldly=True)
def _env(world: World, name: str) -> str:
    return world.environ.get(name, "")


@environment.add("expandenv", "string -> string", worldly=True)
def _expandenv(world: World, text: str) -> str:
    """Go's `os.ExpandEnv`; bad syntax is eaten."""
    out: list[str] = []
    at = size = 0
    while (found := text.find("$", at)) >= 0 and found + 1 < len(text):
        name, length = _shell_name(text[found + 1 :])
        value = world.environ.get(name, "") if name else "" if length else "$"
        out += [text[at:found], value]
        size += found - at + len(value)
        limits.check_size(size, "an expanded text")
        at = found + 1 + length
    return "".join([*out, text[at:]])


def _shell_name(text: str) -> tuple[str, int]:
    """A variable's name and how many characters it takes; no name but a length is bad syntax."""
    if text[0] == "{":
        if text[1:2] in _SPECIAL and text[2:3] == "}":
            return text[1], 3
        close = text.find("}", 1)
        if close < 0:
            return "", 1
        return text[1:close], close + 1
    if text[0] in _SPECIAL:
        return text[0], 1
    end = next(
        (i for i, c in enumerate(text) if not (c == "_" or (c.isascii() and c.isalnum()))),
        len(text),
    )
    return text[:end], end


@environment.add("getHostByName", "string -> string", worldly=True)
def _get_host_by_name(world: World, host: str) -> str:
    return world.lookup_host(host)
