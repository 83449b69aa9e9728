"""kubectl's JSONPath, as far as conditions of the function Wait use it.

Known: `.a.b`, `['a.b']`, `[0]`, `[]` (the first), `[-1]`, `[1:3]`, `[0,2]`, `['a','b']`, `[*]`,
`.*`, `..name`, `[?(@.type=="Ready")]` with == != < <= > >= or nothing (exists).  Not known:
`range`/`end` and slices with a third number; a path with them counts as one that does not parse.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["PathError", "evaluate", "parse_path"]

Step = Callable[[list[Any]], list[Any]]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NAME = r"(?:[^\s.\[\](){}'\"*@$?,:|\\]|\\.)+"
_STEP = re.compile(
    rf"""\.\.(?P<deep>{_NAME})
      | (?P<all>\[\*\]|\.\*)
      | \.(?P<key>{_NAME})
      | \[\s*(?P<quoted>(?:'[^']*'|"[^"]*")(?:\s*,\s*(?:'[^']*'|"[^"]*"))*)\s*\]
      | \[(?P<first>-?\d*):(?P<last>-?\d*)\]
      | \[(?P<indexes>-?\d+(?:\s*,\s*-?\d+)*|)\]
      | \[\?\((?P<filter>(?:[^()'"]|'[^']*'|"[^"]*")+)\)\]""",
    re.VERBOSE,
)
_FILTER = re.compile(r"\s*@(?P<left>.*?)\s*(?:(?P<sign>==|!=|<=|>=|<|>)\s*(?P<right>.+?))?\s*")


class PathError(Exception):
    """A path that finds nothing, in kubectl's words."""


def parse_path(text: str) -> list[Step] | None:
    """The steps of `.status.phase`; None when it does not parse."""
    text = text.strip()
    if text and text[0] not in ".[":
        return None
    steps: list[Step] = []
    position = 0
    while position < len(text):
        found = _STEP.match(text, position)
        step = None if found is None else _step(found)
        if found is None or step is None:
            return None
        steps.append(step)
        position = found.end()
    return steps


def evaluate(steps: list[Step], obj: Any) -> str:
    """What kubectl prints: values separated by blanks, maps and lists as JSON.

    Raises:
        PathError: a field that nothing has, an index out of bounds, no list where one must be.
    """
    return " ".join(_text(value) for value in _walk(steps, [obj]))


def _walk(steps: list[Step], values: list[Any]) -> list[Any]:
    for step in steps:
        values = step(values)
    return values


def _step(found: re.Match[str]) -> Step | None:
    if found["deep"]:
        name = _unescaped(found["deep"])
        return lambda values: _field(list(_descendants(values)), name)
    if found["all"] == "[*]":
        return lambda values: _slice(values, 0, None)
    if found["all"]:
        return lambda values: [child for value in values for child in _children(value)]
    if found["key"]:
        name = _unescaped(found["key"])
        return lambda values: _field(values, name)
    if found["quoted"]:
        names = re.findall(r"'([^']*)'|\"([^\"]*)\"", found["quoted"])
        keys = [single or double for single, double in names]
        return lambda values: [hit for key in keys for hit in _field(values, key)]
    if found["indexes"] is not None:
        # kubectl takes `[]` for `[0]`.
        indexes = [int(text) for text in (found["indexes"] or "0").split(",")]
        return lambda values: [
            item for index in indexes for item in _slice(values, index, index + 1 or None)
        ]
    if found["filter"]:
        return _filter(found["filter"])
    first, last = (int(found[end]) if found[end] else None for end in ("first", "last"))
    return lambda values: _slice(values, first or 0, last)


def _unescaped(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _field(values: list[Any], name: str) -> list[Any]:
    hits = [value[name] for value in values if isinstance(value, dict) and name in value]
    if values and not hits:
        raise PathError(f"{name} is not found")
    return hits


def _slice(values: list[Any], first: int, last: int | None) -> list[Any]:
    items: list[Any] = []
    for value in values:
        if value is None:
            continue
        if not isinstance(value, list):
            raise PathError(f"{_go_type(value)} is not array or slice")
        size = len(value)
        begin = first + size if first < 0 else first
        end = size if last is None else last + size if last < 0 else last
        for index in (begin, end - 1):
            if begin != end and not 0 <= index < size:
                raise PathError(f"array index out of bounds: index {index}, length {size}")
        items += value[begin:end]
    return items


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _descendants(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if _children(value):
            yield value
            yield from _descendants(_children(value))


def _filter(text: str) -> Step | None:
    found = _FILTER.fullmatch(text)
    if found is None:
        return None
    left = parse_path(found["left"])
    right = _operand(found["right"]) if found["sign"] else _constant(None)
    if left is None or right is None:
        return None

    def passes(item: Any) -> bool:
        try:
            found_left = _walk(left, [item])
        except PathError:
            if found["sign"]:
                raise
            return False
        if not found["sign"]:
            return bool(found_left)
        found_right = right([item])
        if len(found_left) != 1 or len(found_right) != 1:
            raise PathError("can only compare one element at a time")
        one, other = found_left[0], found_right[0]
        if _family(one) != _family(other):
            raise PathError("incompatible types for comparison")
        return _COMPARISONS[found["sign"]](one, other)

    def step(values: list[Any]) -> list[Any]:
        for value in values:
            if not isinstance(value, list):
                raise PathError(f"{_text(value)} is not array or slice and cannot be filtered")
        return [item for value in values for item in value if passes(item)]

    return step


def _operand(text: str) -> Step | None:
    """The right side of a comparison: a constant, or a path from `@`."""
    if text.startswith("@"):
        path = parse_path(text[1:])
        return None if path is None else lambda values: _walk(path, values)
    if text[0] in "'\"" and text[-1] == text[0] and len(text) > 1:
        return _constant(text[1:-1])
    if text in ("true", "false"):
        return _constant(text == "true")
    try:
        return _constant(float(text) if "." in text else int(text))
    except ValueError:
        return None


def _constant(value: Any) -> Step:
    return lambda values: [value]


def _family(value: Any) -> str:
    return type(value).__name__


def _go_type(value: Any) -> str:
    names = {str: "string", bool: "bool", int: "int64", float: "float64"}
    return names.get(type(value), "map[string]interface {}")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return "<nil>" if value is None else str(value)
