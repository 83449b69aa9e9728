"""Caps on everything that multiplies, so that no template can exhaust this process.

Go has none of them (only `printf`'s width, 1e6, and the template depth, 100000); a template that
reaches one gets an error that says `limit:`.
"""

from __future__ import annotations

from .errors import LimitError

STRING_BYTES = 4 * 1024 * 1024
"""Longest text that one function may return (repeat, indent, replace, join, wrap, random text)."""

TOTAL_BYTES = 64 * 1024 * 1024
"""What all functions of one render may return together; an item of a list counts as 64 bytes."""

OUTPUT_BYTES = 16 * 1024 * 1024
"""Longest output of one render."""

LIST_ITEMS = 100_000
"""Longest list that one function may return (until, untilStep, list functions)."""

STEPS = 500_000
"""Nodes that one render may execute: actions, texts, branches, iterations, function calls."""

VISITS = 200_000
"""Values that one function may look at: printing, encoding, copying and comparing nested ones."""

RANDOM_CHARACTERS = 65_536
"""Longest random text (randAlpha and its kin)."""

TEMPLATE_DEPTH = 100_000
"""Go's own `maxExecDepth`."""

NESTING = 100
"""Nested parentheses and control structures in one template's text."""

FORMAT_WIDTH = 1_000_000
"""Go's own bound on the width and precision of a printf verb."""


def check_size(length: int, what: str) -> None:
    """Refuse a text of `length` characters before it is made.

    Raises:
        LimitError: it would be longer than `STRING_BYTES`.
    """
    if length > STRING_BYTES:
        raise LimitError(what, STRING_BYTES, "bytes")


def check_items(count: int, what: str) -> None:
    """Refuse a list of `count` items before it is made.

    Raises:
        LimitError: it would be longer than `LIST_ITEMS`.
    """
    if count > LIST_ITEMS:
        raise LimitError(what, LIST_ITEMS, "items")


class Meter:
    """Counts what one call does, where its result's size says nothing about its work.

    Args:
        what: what it does.
        limit: how much of it there may be.
        unit: of what.
    """

    def __init__(self, what: str, limit: int = VISITS, unit: str = "values") -> None:
        self._what = what
        self._limit = limit
        self._unit = unit
        self._count = 0

    def count(self, number: int = 1) -> None:
        """Count some more.

        Raises:
            LimitError: it is too much now.
        """
        self._count += number
        if self._count > self._limit:
            raise LimitError(self._what, self._limit, self._unit)
