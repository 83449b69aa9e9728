"""The lines at the end: what really ran, and what this machine could not give."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_kanister._report.lines import ran_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["summary_lines"]


def summary_lines(records: Iterable[str]) -> list[str]:
    """The roles with everything that ran in them, the losses once.

    Args:
        records: JSON texts with `ran` and `losses`, as items left them.
    """
    ran: dict[str, list[str]] = {}
    losses: list[str] = []
    for text in records:
        record = json.loads(text)
        for role, words in record["ran"].items():
            if words not in ran.setdefault(role, []):
                ran[role].append(words)
        losses += [loss for loss in record["losses"] if loss not in losses]
    return ran_lines({role: ", ".join(words) for role, words in ran.items()}, losses)
