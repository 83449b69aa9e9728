"""Caps on everything that multiplies, so that no template can exhaust this process.

Go has none of them (only `printf`'s width, 1e6, and the template depth, 100000); a template that
reaches one gets an error that says `limit:`.
"""

from __future__ import annotations

from .errors import LimitError

STRING_BYTES = 8 * 1024 * 1024
"""Longest text that one function may return (repeat, indent, replace, join, wrap, random text)."""

OUTPUT_BYTES = 16 * 1024 * 1024
"""Longest output of one render."""

LIST_ITEMS = 1_000_000
"""Longest list that one function may return (until, untilStep, list functions)."""

STEPS = 2_000_000
"""Nodes that one render may execute: actions, texts, branches, iterations, function calls."""

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
