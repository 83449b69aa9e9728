"""Go's `regexp.Regexp`: searching, splitting and replacing with a compiled expression."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from .. import limits
from ..errors import LimitError
from .machine import Machine
from .program import LONGEST_PROGRAM, TooLarge, compile_tree
from .syntax import BadExpression, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .machine import Captures

MOST_WORK = 4_000_000
"""Threads that one call may step over a character."""

_REFERENCE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")

__all__ = ["BadExpression", "Expression", "compile_expression"]


@lru_cache(maxsize=64)
def compile_expression(text: str) -> Expression:
    """Compile an expression, once per text.

    Raises:
        BadExpression: it is none.
        LimitError: its repetitions multiply to too much.
    """
    tree, captures, names = parse(text)
    try:
        machine = Machine(compile_tree(tree, captures))
    except TooLarge:
        raise LimitError("a regular expression", LONGEST_PROGRAM, "instructions") from None
    return Expression(machine, names)


class Expression:
    """A compiled regular expression.

    Args:
        machine: its program.
        names: numbers of the named captures by name.
    """

    def __init__(self, machine: Machine, names: dict[str, tuple[int, ...]]) -> None:
        self._machine = machine
        self._names = names

    def search(self, text: str) -> str | None:
        """The leftmost match's text."""
        found = next(self._matches(text, 1), None)
        return None if found is None else text[found[0] : found[1]]

    def find_all(self, text: str, count: int) -> list[str]:
        """The texts of successive matches, at most `count` of them unless it is negative."""
        return [text[m[0] : m[1]] for m in self._matches(text, count)]

    def split(self, text: str, count: int) -> list[str]:
        """What is between the matches, at most `count` parts unless it is negative."""
        if count == 0:
            return []
        if not text:
            return [""]
        parts: list[str] = []
        begin = end = 0
        for match in self._matches(text, count):
            if count > 0 and len(parts) == count - 1:
                break
            end = match[0]
            if match[1] != 0:
                parts.append(text[begin:end])
            begin = match[1]
        if end != len(text):
            parts.append(text[begin:])
        return parts

    def replace(self, text: str, replacement: str, *, literal: bool) -> str:
        """All matches replaced; unless `literal`, `$1` and `${name}` stand for captures."""
        template = (lambda _: replacement) if literal else self._template(text, replacement)
        out: list[str] = []
        done = size = 0
        for match in self._matches(text, -1):
            made = template(match)
            size += len(made)
            limits.check_size(size, "a replaced text")
            out += [text[done : match[0]], made]
            done = match[1]
        return "".join([*out, text[done:]])

    def _matches(self, text: str, count: int) -> Iterator[Captures]:
        """Successive matches; an empty one directly behind another does not count."""
        meter = limits.Meter("matching a regular expression", MOST_WORK, "steps")
        at, last_end, found = 0, -1, 0
        while at <= len(text) and (count < 0 or found < count):
            match = self._machine.match(text, at, meter)
            if match is None:
                return
            accepted = match[1] > match[0] or match[0] != last_end
            at = match[1] if match[1] > at else at + 1
            last_end = match[1]
            if accepted:
                found += 1
                yield match

    def _template(self, text: str, replacement: str) -> Callable[[Captures], str]:
        parts: list[str | tuple[int, ...]] = []
        done = 0
        for reference in _REFERENCE.finditer(replacement):
            parts.append(replacement[done : reference.start()])
            name = reference[2] or reference[3]
            parts.append("$" if reference[1] else self._group(name))
            done = reference.end()
        parts.append(replacement[done:])

        def expand(match: Captures) -> str:
            return "".join(_part(part, match, text) for part in parts)

        return expand

    def _group(self, name: str) -> tuple[int, ...]:
        if name.isdigit() and (name == "0" or not name.startswith("0")) and len(name) < 9:
            return (int(name),)
        return self._names.get(name, ())


def _part(part: str | tuple[int, ...], match: Captures, text: str) -> str:
    """A literal, or the first of some captures that took part."""
    if isinstance(part, str):
        return part
    for group in part:
        if 2 * group + 1 < len(match) and match[2 * group] >= 0:
            return text[match[2 * group] : match[2 * group + 1]]
    return ""
