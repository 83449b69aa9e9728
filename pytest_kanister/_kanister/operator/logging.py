"""Log lines as the controller writes them: one JSON object each, keys sorted."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._model.api import Object

__all__ = ["Log", "log_labels"]

_PREFIX = "kanister.io/"


def log_labels(obj: Object) -> dict[str, str]:
    """The labels of an ActionSet that its log lines carry."""
    labels = obj["metadata"].get("labels") or {}
    return {name: value for name, value in labels.items() if name.startswith(_PREFIX)}


class Log:
    """Writes lines; `with_fields` makes one that adds fields to each.

    Args:
        write: takes one line without its end.
        fields: fields of every line (`ActionSet`, `Phase` …).
    """

    def __init__(self, write: Callable[[str], None], **fields: str) -> None:
        self._write = write
        self._fields = fields

    def with_fields(self, **fields: str) -> Log:
        """A log whose lines carry these fields, too."""
        return Log(self._write, **{**self._fields, **fields})

    def info(self, message: str, **fields: Any) -> None:
        """What happened."""
        self._line("info", message, fields)

    def error(self, message: str, error: BaseException | str, **fields: Any) -> None:
        """What went wrong; `error` is its text."""
        self._line("error", message, {**fields, "error": str(error)})

    def raw(self, line: str) -> None:
        """A line that is not JSON: a panic's."""
        self._write(line)

    def _line(self, level: str, message: str, fields: dict[str, Any]) -> None:
        record = {
            **self._fields,
            **fields,
            "level": level,
            "msg": message,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        self._write(json.dumps(record, sort_keys=True, ensure_ascii=False, default=str))
