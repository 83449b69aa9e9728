"""A scalar of a YAML file whose every character knows its line and column."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.model import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._base.positions import Document, Path

__all__ = ["Text"]

_BLANKS = " \t"
_LONGEST = 160


@dataclass(frozen=True)
class Text:
    """A text value at a path.

    Attributes:
        path: where it stands.
        value: what YAML makes of it.
        document: the document.
        lines: the file's lines.
        is_key: whether it is a mapping's key rather than a value.
    """

    path: Path
    value: str
    document: Document = field(repr=False)
    lines: Sequence[str] = field(repr=False)
    is_key: bool = False

    def place(self, start: int, end: int | None = None) -> Place:
        """Where characters `start` to `end` of the value stand in the file (its first line)."""
        line, column = self.position(start)
        if end is None or end <= start:
            return Place(line, column, 1)
        shown = self.lines[line - 1] if line <= len(self.lines) else ""
        length = min(end - start, max(1, len(shown.rstrip()) - column + 1), _LONGEST)
        return Place(line, column, max(1, length))

    @property
    def whole(self) -> Place:
        """Where the value begins, as long as its first line."""
        line, column = (self.document.keys if self.is_key else self.document.values)[self.path]
        shown = self.lines[line - 1] if line <= len(self.lines) else ""
        return Place(line, column, max(1, len(shown.rstrip()) - column + 1))

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column of a character of the value."""
        index = bisect_right(self._starts, offset) - 1
        at, line, column = self._anchors[index]
        return line, column + offset - at

    @cached_property
    def _starts(self) -> list[int]:
        return [at for at, _, _ in self._anchors]

    @cached_property
    def _anchors(self) -> list[tuple[int, int, int]]:
        """(offset, line, column): from each offset on, characters stand one after the other."""
        line, column = (self.document.keys if self.is_key else self.document.values)[self.path]
        if not self.is_key and self.path in self.document.blocks:
            source = self.lines[line - 1][column - 1 :] if line <= len(self.lines) else ""
            if source.startswith("|"):
                return self._literal(line + 1)
            return _aligned(self.value, self.lines, line + 1, self._indent(line + 1) + 1, "")
        return self._flow(line, column)

    def _literal(self, first: int) -> list[tuple[int, int, int]]:
        indent = self._indent(first)
        anchors, at = [], 0
        for number, text in enumerate(self.value.split("\n")):
            anchors.append((at, first + number, indent + 1))
            at += len(text) + 1
        return anchors

    def _indent(self, first: int) -> int:
        for text in self.lines[first - 1 :]:
            if text.strip(" "):
                return len(text) - len(text.lstrip(" "))
        return 0

    def _flow(self, line: int, column: int) -> list[tuple[int, int, int]]:
        source = self.lines[line - 1] if line <= len(self.lines) else ""
        quote = source[column - 1 : column]
        if quote not in ("'", '"'):
            quote = ""
        return _aligned(self.value, self.lines, line, column + len(quote), quote)


def _aligned(
    value: str, lines: Sequence[str], line: int, column: int, quote: str
) -> list[tuple[int, int, int]]:
    """Walks value and source side by side: escapes are longer, folded line breaks vanish."""
    anchors = [(0, line, column)]
    row, col = line - 1, column - 1
    for at, wanted in enumerate(value):
        text = lines[row] if row < len(lines) else ""
        if wanted in " \n" and col >= len(text.rstrip()):
            row, col = _next_text(lines, row)
            anchors.append((at + 1, row + 1, col + 1))
            continue
        width = _width(text, col, quote)
        col += width
        if width != 1:
            anchors.append((at + 1, row + 1, col + 1))
    return anchors


def _next_text(lines: Sequence[str], row: int) -> tuple[int, int]:
    row += 1
    text = lines[row] if row < len(lines) else ""
    return row, len(text) - len(text.lstrip(_BLANKS))


def _width(text: str, col: int, quote: str) -> int:
    """How many characters of the source one of the value takes."""
    if quote == "'" and text[col : col + 2] == "''":
        return 2
    if quote == '"' and text[col : col + 1] == "\\":
        return {"x": 4, "u": 6, "U": 10}.get(text[col + 1 : col + 2], 2)
    return 1
