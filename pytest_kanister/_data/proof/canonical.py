"""The canonical form of a cell: the one place that says when two values are the same.

A cell is `None` for NULL or the exact `bytes` of the value; so NULL, `''` and `'NULL'` are three
things, and trailing spaces count.  Nothing is rounded, trimmed or re-encoded.
"""

from __future__ import annotations

import codecs
import math
import struct
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from pytest_kanister.errors import Unverified

__all__ = ["NOT_KEPT", "Cell", "Column", "Kind", "Row", "canonical", "json_value", "show"]

Cell = bytes | None
Row = tuple[Cell, ...]


class _NotKept(bytes):
    """A cell of a row of which only the digest is left: equal to no value, only to itself."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:  # bytes has one of its own
        return self is not other

    def __hash__(self) -> int:
        return id(self)


NOT_KEPT: Final[Cell] = _NotKept()
"""Stands in differences only, never in a table."""

LONGEST_SHOWN = 60
"""Characters of one value in a report; enough to recognise it, short enough for one line."""


class Kind(Enum):
    """How an engine's raw text of a column is to be read."""

    TEXT = "text"
    """Characters, as bytes of the column's own character set."""
    BINARY = "binary"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    """A binary floating-point number, canonically its eight bytes as a double: -0.0 is not 0.0."""
    TEMPORAL = "temporal"
    """Dates and times as the engine writes them, in UTC; zero dates stay what they are."""
    JSON = "json"
    """The engine's own text: comparable between snapshots of one engine."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: as the engine spells it.
        type: the engine's own words (`varchar(20)`).
        kind: how its values are compared and shown.
        charset: Python codec that shows a TEXT column's bytes; never used to compare.
    """

    name: str
    type: str
    kind: Kind
    charset: str = field(default="utf-8", compare=False)


def canonical(kind: Kind, raw: Cell) -> Cell:
    """The canonical bytes of an engine's raw text; NULL stays None.

    Raises:
        Unverified: the text is not a value of its kind, so comparing it would prove nothing.
    """
    if raw is None:
        return None
    if kind is Kind.FLOAT:
        try:
            return struct.pack(">d", float(raw))
        except ValueError:
            raise Unverified(f"expected a floating-point number, found {raw!r}") from None
    if kind is Kind.INTEGER:
        try:  # ZEROFILL pads with zeros: a matter of display width, not of value
            return b"%d" % int(raw)
        except ValueError:
            raise Unverified(f"expected an integer, found {raw!r}") from None
    return raw


def show(column: Column, cell: Cell, longest: int = LONGEST_SHOWN) -> str:
    """A cell for people: `NULL`, `5589`, `'nick'`, `0x68F0`; long ones are cut and say so."""
    if cell is None:
        return "NULL"
    if cell is NOT_KEPT:
        return "?"
    if column.kind is Kind.FLOAT:
        return repr(_double(cell))
    text = None if column.kind is Kind.BINARY else _decoded(column, cell)
    if text is None:
        return _cut("0x", cell.hex().upper(), len(cell), longest)
    if column.kind in (Kind.INTEGER, Kind.DECIMAL):
        return text
    escaped = "".join(_escaped(character) for character in text[: longest + 1])
    return _cut("'", escaped, len(cell), longest) + "'"


def json_value(column: Column, cell: Cell) -> object:
    """A cell as a JSON value: null, number, text, or an object.

    `{"hex": …}` for what is no text, `{"kept": false}` for `NOT_KEPT`.
    """
    if cell is None:
        return None
    if cell is NOT_KEPT:
        return {"kept": False}
    if column.kind is Kind.FLOAT:
        number = _double(cell)
        return number if math.isfinite(number) else repr(number)
    text = None if column.kind is Kind.BINARY else _decoded(column, cell)
    if text is None:
        return {"hex": cell.hex()}
    return int(text) if column.kind is Kind.INTEGER else text


def _double(cell: bytes) -> float:
    (number,) = struct.unpack(">d", cell)
    return float(number)


def _decoded(column: Column, cell: bytes) -> str | None:
    """The text of a cell, None when its bytes are not text in the column's character set."""
    try:
        codecs.lookup(column.charset)
        return cell.decode(column.charset)
    except (LookupError, UnicodeDecodeError):
        return None


def _escaped(character: str) -> str:
    if character in "'\\":
        return "\\" + character
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def _cut(opening: str, text: str, size_bytes: int, longest: int) -> str:
    if len(text) <= longest:
        return opening + text
    return f"{opening}{text[:longest]}… ({size_bytes} bytes)"
