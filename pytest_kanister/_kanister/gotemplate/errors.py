"""What can go wrong in a template, with Go's own words."""

from __future__ import annotations

from typing import Literal

Phase = Literal["parse", "exec"]


class TemplateError(Exception):
    """A template that Go would not parse or not execute.

    Attributes:
        text: Go's exact error text (`template: config:1:3: executing "config" at <.x>: …`); a limit
            of this engine that Go does not have says `limit:` in it.
        phase: `parse` or `exec`.
        line: 1-based line, 0 where Go prints none.
        column: the byte offset inside the line as Go prints it (0-based), 0 where it prints none.
        missing_key: the key of Go's `map has no entry for key "…"`, otherwise "".
    """

    def __init__(
        self, text: str, *, phase: Phase, line: int = 0, column: int = 0, missing_key: str = ""
    ) -> None:
        super().__init__(text)
        self.text = text
        self.phase = phase
        self.line = line
        self.column = column
        self.missing_key = missing_key

    def __str__(self) -> str:
        return self.text


class FunctionError(Exception):
    """The error that a template function returns, or its panic's text; exec adds the place."""


class LimitError(FunctionError):
    """A cap of this engine was reached; Go would go on until memory or patience ends."""

    def __init__(self, what: str, limit: int, unit: str) -> None:
        super().__init__(f"limit: {what} would exceed {limit} {unit}")


def nil_dereference() -> FunctionError:
    """The panic of a Go function that asks the type of an untyped nil."""
    return FunctionError("runtime error: invalid memory address or nil pointer dereference")
