"""A row as one byte string: what is digested, and how its cells are found again.

Each engine's own wire form of a row does, as long as it is unambiguous: then a large table is
digested without taking any row apart.  A snapshot names the form, as digests of two forms never
match.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._data.proof.canonical import Cell, Row

__all__ = ["COPY_TEXT", "LENGTHS", "Encoding", "encoding_named"]


class Encoding(Protocol):
    """Rows to bytes and back; `decode(encode(row)) == row`, and no two rows share their bytes."""

    @property
    def name(self) -> str:
        """Word in a snapshot's file."""
        ...

    def encode(self, row: Row) -> bytes:
        """The whole row."""
        ...

    def decode(self, encoded: bytes, cells: int) -> Row:
        """Its cells; `cells` is how many there are.

        Raises:
            Unverified: these bytes are no such row.
        """
        ...

    def heads(self, rows: Sequence[bytes], cells: int) -> list[bytes]:
        """The first cells of each row, `decode`-able as a shorter row."""
        ...


class _Lengths:
    """MySQL's own: a length before each cell (1, 3, 4 or 9 bytes), 0xFB for NULL.

    Source: "Protocol::ResultsetRow" and "length-encoded integer" of MySQL's protocol.
    """

    name: Final = "lengths"

    def encode(self, row: Row) -> bytes:
        return b"".join(b"\xfb" if cell is None else _length(cell) + cell for cell in row)

    def decode(self, encoded: bytes, cells: int) -> Row:
        row: list[Cell] = []
        at = 0
        try:
            for _ in range(cells):
                start, size = _cell(encoded, at)
                row.append(None if size is None else encoded[start : start + size])
                at = start + (size or 0)
        except IndexError:
            at = -1
        if at != len(encoded):
            raise Unverified(f"expected a row of {cells} cells, found {encoded[:40]!r}")
        return tuple(row)

    def heads(self, rows: Sequence[bytes], cells: int) -> list[bytes]:
        if cells == 1:
            return [row[: row[0] + 1] if row[0] < 251 else self._head(row, 1) for row in rows]
        return [self._head(row, cells) for row in rows]

    def _head(self, row: bytes, cells: int) -> bytes:
        at = 0
        for _ in range(cells):
            start, size = _cell(row, at)
            at = start + (size or 0)
        return row[:at]


_WIDTHS = {0xFC: 2, 0xFD: 3, 0xFE: 8}


def _length(cell: bytes) -> bytes:
    size = len(cell)
    if size < 251:
        return bytes((size,))
    for mark, width in _WIDTHS.items():
        if size < 1 << 8 * width:
            return bytes((mark,)) + size.to_bytes(width, "little")
    raise Unverified("a cell of 16 EiB or more")


def _cell(row: bytes, at: int) -> tuple[int, int | None]:
    """Where the cell's own bytes begin, and how many they are; None: NULL."""
    mark = row[at]
    if mark < 251:
        return at + 1, mark
    if mark == 251:
        return at + 1, None
    width = _WIDTHS[mark] if mark in _WIDTHS else len(row)
    return at + 1 + width, int.from_bytes(row[at + 1 : at + 1 + width], "little")


class _CopyText:
    r"""PostgreSQL's `COPY … TO STDOUT`: a line without its end, tabs between cells, `\N` for NULL.

    Source: "File Formats, Text Format" of PostgreSQL's COPY.
    """

    name: Final = "copy"

    def encode(self, row: Row) -> bytes:
        return b"\t".join(
            b"\\N" if cell is None else _ESCAPED.sub(lambda m: _ESCAPE[m[0]], cell) for cell in row
        )

    def decode(self, encoded: bytes, cells: int) -> Row:
        parts = encoded.split(b"\t") if cells else [encoded][:0]
        if len(parts) != cells or (not cells and encoded):
            raise Unverified(f"expected a row of {cells} cells, found {encoded[:40]!r}")
        return tuple(
            None if part == b"\\N" else _ESCAPE_SEEN.sub(lambda m: _PLAIN[m[0]], part)
            for part in parts
        )

    def heads(self, rows: Sequence[bytes], cells: int) -> list[bytes]:
        if cells == 1:
            return [row.partition(b"\t")[0] for row in rows]
        return [b"\t".join(row.split(b"\t", cells)[:cells]) for row in rows]


_ESCAPE = {
    b"\\": b"\\\\",
    b"\b": b"\\b",
    b"\f": b"\\f",
    b"\n": b"\\n",
    b"\r": b"\\r",
    b"\t": b"\\t",
    b"\v": b"\\v",
}
_PLAIN = {text: plain for plain, text in _ESCAPE.items()}
_ESCAPED = re.compile(rb"[\\\b\f\n\r\t\v]")
_ESCAPE_SEEN = re.compile(rb"\\[\\bfnrtv]")

LENGTHS: Final[Encoding] = _Lengths()
COPY_TEXT: Final[Encoding] = _CopyText()
_ALL = {each.name: each for each in (LENGTHS, COPY_TEXT)}


def encoding_named(name: str) -> Encoding:
    """The one of that name.

    Raises:
        Unverified: none has it: the snapshot is of a newer pytest-kanister.
    """
    if name not in _ALL:
        raise Unverified(f"rows are digested in the form {name!r}, which is not known here")
    return _ALL[name]
