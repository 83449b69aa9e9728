"""By what a Blueprint tells two backups apart, judged from its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.gotemplate import TemplateError, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["second_precision"]

_WITH_TIME = re.compile(r"\{\{[^{}]*\.Time\b[^{}]*\}\}")
_DATE_COMMAND = re.compile(r"(?:\$\(|`)\s*date\b([^)`]*)")

# Anything of this makes a path unique, whatever the time.
_UNIQUE = re.compile(
    r"\buuidv4\b|\brand(?:Alpha|AlphaNum|Numeric|Ascii|Int)\b|\bRANDOM\b|\buuidgen\b|\bmktemp\b"
    r"|/dev/urandom"
)

# Two moments of one second, as Kanister writes `.Time`.
_MOMENTS = ("2026-01-02T03:04:05.100000001Z", "2026-01-02T03:04:05.900000009Z")


def second_precision(action: Mapping[str, Any]) -> str:
    """What tells two backups apart only when a second lies between them, in words.

    Empty when something finer does, or when no time occurs at all: then paths are made in a way
    that the text does not show, and what is in the bucket must tell.
    """
    texts = list(_texts(action))
    if any(_UNIQUE.search(text) for text in texts):
        return ""
    coarse = ""
    for text in texts:
        for expression in _WITH_TIME.findall(text):
            told = _renderings(expression)
            if len(told) > 1:
                return ""
            if told:
                coarse = coarse or f"`{expression}`, which changes once a second"
        for arguments in _DATE_COMMAND.findall(text):
            if "%N" in arguments:
                return ""
            coarse = coarse or f"`date{arguments.rstrip()}`, which changes once a second"
    return coarse


def _renderings(expression: str) -> set[str]:
    """Its texts at two moments of one second; empty when it needs more than the time."""
    try:
        return {render(expression, {"Time": moment}) for moment in _MOMENTS}
    except TemplateError:
        return set()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
