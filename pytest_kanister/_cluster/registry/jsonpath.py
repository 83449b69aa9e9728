"""The part of JSONPath that CRDs' printer columns and scale paths use.

Known: `.a.b`, `['a.b']`, `[0]`, `[-1]`, `[*]`, `[?(@.type=="Ready")]`, escaped dots.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["JsonPath", "compile_path"]

JsonPath = Callable[[Any], list[Any]]
"""Everything that a path finds in an object, in order."""

_STEP = re.compile(
    r"""\.(?P<key>(?:[^.\[\]\\]|\\.)+)
      | \[['"](?P<quoted>[^'"]+)['"]\]
      | \[(?P<index>-?\d+)\]
      | (?P<all>\[\*\]|\.\*)
      | \[\?\(@(?P<field>(?:\.[\w/-]+)+)\s*==\s*(?P<value>"[^"]*"|'[^']*'|[\w.-]+)\)\]""",
    re.VERBOSE,
)


def compile_path(text: str) -> JsonPath | None:
    """The path as a function; None when it is not understood."""
    text = text.strip().removeprefix("{").removesuffix("}").removeprefix("$")
    if text and text[0] not in ".[":
        text = "." + text
    steps: list[JsonPath] = []
    position = 0
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            return None
        position = found.end()
        steps.append(_step(found))

    def find(obj: Any) -> list[Any]:
        values = [obj]
        for step in steps:
            values = [result for value in values for result in step(value)]
        return values

    return find


def _step(found: re.Match[str]) -> JsonPath:
    if found["all"]:
        return _children
    if found["index"] is not None:
        index = int(found["index"])
        return lambda value: value[index:][:1] if isinstance(value, list) else []
    if found["field"]:
        path = found["field"].split(".")[1:]
        wanted = found["value"].strip("'\"")
        return lambda value: [item for item in _children(value) if _at(item, path) == wanted]
    key = found["quoted"] or re.sub(r"\\(.)", r"\1", found["key"])
    return lambda value: [value[key]] if isinstance(value, dict) and key in value else []


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _at(value: Any, path: Iterable[str]) -> str | None:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
