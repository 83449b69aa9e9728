"""What can go wrong between an ActionSet and its rendered arguments."""

from __future__ import annotations

__all__ = ["NullArgument", "ParamsError", "RenderError"]


class ParamsError(Exception):
    """A parameter cannot be had; the text is Kanister's, the cause's text included."""


class RenderError(ParamsError):
    """A template failed.

    Args:
        message: what Kanister writes into the ActionSet.
        go_text: what Go said, with line and column where Go tells them.
        path: keys and indexes from the rendered tree's root to the string.
    """

    def __init__(self, message: str, *, go_text: str, path: tuple[str | int, ...]) -> None:
        super().__init__(message)
        self.go_text = go_text
        self.path = path


class NullArgument(Exception):
    """A null inside args: Kanister's renderer dereferences a nil type and the process dies."""

    def __init__(self, path: tuple[str | int, ...]) -> None:
        place = ".".join(str(step) for step in path)
        super().__init__(
            f"runtime error: invalid memory address or nil pointer dereference (null at {place})"
        )
        self.path = path
