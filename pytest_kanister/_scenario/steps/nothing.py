"""Arguments of a step that takes none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader

__all__ = ["Nothing", "parse_nothing"]


@dataclass(frozen=True)
class Nothing:
    """`{}`."""


def parse_nothing(reader: Reader) -> Nothing:
    """`{}`, or nothing at all after the colon."""
    if reader.data is not None:
        reader.mapping()
    return Nothing()
