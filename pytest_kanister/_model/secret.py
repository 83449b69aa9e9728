"""A string that does not print."""

from __future__ import annotations

__all__ = ["Secret"]


class Secret:
    """Holds a password or key; `reveal()` is the only way to its text.

    `str`, `repr`, formatting and logging all show `***`, so a secret cannot slip into a
    report by accident.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for the one place that must send it."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)
