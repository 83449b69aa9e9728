"""Errors in the shape of Kanister's error library, whose text ends up in ActionSets."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["Crash", "KanisterError", "status_message", "to_json"]


class KanisterError(Exception):
    """An error with a cause and details.

    As text: `message: cause: …`, details not shown.  As JSON: with details, nested.

    Args:
        message: this level's words.
        details: facts for the log; None when there are none.
        cause: what it wraps.
    """

    def __init__(
        self,
        message: str,
        details: dict[str, str] | None = None,
        cause: BaseException | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.cause = cause

    def __str__(self) -> str:
        return self.message if self.cause is None else f"{self.message}: {self.cause}"


class Crash(BaseException):
    """What makes the real controller's process panic; ends ours with exit status 2."""


def to_json(error: BaseException) -> dict[str, Any]:
    """The error as the library encodes it; Go's function, file and line are left out."""
    if not isinstance(error, KanisterError):
        return {"message": str(error)}
    encoded: dict[str, Any] = {"message": error.message}
    if error.details:
        encoded["details"] = error.details
    if error.cause is not None:
        encoded["cause"] = to_json(error.cause)
    return encoded


def status_message(error: BaseException) -> str:
    """What a failed phase writes into `status.error.message`.

    Since 0.114.0 the outermost error's details stand in front as JSON; without details that is
    the word `null`.
    """
    details = error.details if isinstance(error, KanisterError) else None
    return f"{json.dumps(details, separators=(',', ':'), ensure_ascii=False)}: {error}"
