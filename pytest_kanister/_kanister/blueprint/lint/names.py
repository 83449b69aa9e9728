"""Lists of names, written as they are read."""

from __future__ import annotations

__all__ = ["names"]


def names(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())
