"""Sprig's functions over words: their case, their initials, wrapping and shortening.

Over 300 lines for fourteen small functions and the one state machine behind snakecase.
"""

from __future__ import annotations

import unicodedata

from .. import limits
from ..quoting import is_escaped_byte
from ..values import to_bytes, to_text
from .registry import Family

words = Family()

_SPACES = frozenset(
    "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
)


def is_space(character: str) -> bool:
    """Go's `unicode.IsSpace`."""
    return character in _SPACES


def to_upper(character: str) -> str:
    """Go's `unicode.ToUpper`: one character for one."""
    changed = character.upper()
    return changed if len(changed) == 1 else character


def to_lower(character: str) -> str:
    """Go's `unicode.ToLower`: one character for one."""
    changed = character.lower()
    return changed if len(changed) == 1 else character


def to_title(character: str) -> str:
    """Go's `unicode.ToTitle`: one character for one."""
    changed = character.title()
    return changed if len(changed) == 1 else character


def _category(character: str) -> str:
    return unicodedata.category(character)


def _valid(text: str) -> str:
    """Bytes that are not UTF-8 become U+FFFD, as in whatever goes rune by rune."""
    return "".join("\ufffd" if is_escaped_byte(c) else c for c in text)


@words.add("upper", "string -> string")
def _upper(text: str) -> str:
    return "".join(map(to_upper, _valid(text)))


@words.add("lower", "string -> string")
def _lower(text: str) -> str:
    return "".join(map(to_lower, _valid(text)))


@words.add("title", "string -> string")
def _title(text: str) -> str:
    out: list[str] = []
    separated = True
    for character in _valid(text):
        out.append(to_title(character) if separated else character)
        separated = _separates(character)
    return "".join(out)


def _separates(character: str) -> bool:
    if character < "\x80":
        return not (character.isalnum() or character == "_")
    if _category(character)[0] == "L" or _category(character) == "Nd":
        return False
    return is_space(character)


@words.add("untitle", "string -> string")
def _untitle(text: str) -> str:
    out: list[str] = []
    begins = True
    for character in _valid(text):
        if is_space(character):
            begins = True
            out.append(character)
        else:
            out.append(to_lower(character) if begins else character)
            begins = False
    return "".join(out)


@words.add("swapcase", "string -> string")
def _swapcase(text: str) -> str:
    out: list[str] = []
    begins = True
    for character in _valid(text):
        category = _category(character)
        if category in ("Lu", "Lt"):
            out.append(to_lower(character))
            begins = False
        elif category == "Ll":
            out.append(to_title(character) if begins else to_upper(character))
            begins = False
        else:
            out.append(character)
            begins = is_space(character)
    return "".join(out)


@words.add("initials", "string -> string")
def _initials(text: str) -> str:
    """By bytes, as sprig's library goes: an initial outside ASCII comes out as Latin-1."""
    out: list[str] = []
    begins = True
    for byte in to_bytes(text):
        if is_space(chr(byte)):
            begins = True
        elif begins:
            out.append(chr(byte))
            begins = False
    return "".join(out)


@words.add("nospace", "string -> string")
def _nospace(text: str) -> str:
    """By bytes, as sprig's library goes: beside a space everything outside ASCII is Latin-1."""
    data = to_bytes(text)
    kept = "".join(chr(byte) for byte in data if not is_space(chr(byte)))
    return text if len(kept) == len(data) else kept


@words.add("camelcase", "string -> string")
def _camelcase(text: str) -> str:
    """A single character behind underscores gets lost, as in xstrings 1.2.0."""
    text = _valid(text)
    rest = text.lstrip("_")
    start = text[: len(text) - len(rest)]
    if len(rest) < 2:
        return start
    out = [start]
    current = to_upper(rest[0])
    for character in rest[1:]:
        before = current
        if before == "_" and character == "_":
            current = character
            out.append(before)
            continue
        if before == "_":
            current = to_upper(character)
        else:
            current = to_lower(character)
            out.append(before)
    out.append(current)
    return "".join(out)


@words.add("snakecase", "string -> string")
def _snakecase(text: str) -> str:
    return _Connector("_", text).run()


@words.add("kebabcase", "string -> string")
def _kebabcase(text: str) -> str:
    return _Connector("-", text).run()


class _Connector:
    """From CamelCase to words with a connector, as xstrings 1.2.0 goes."""

    def __init__(self, connector: str, text: str) -> None:
        self._connector = connector
        self._text = _valid(text)
        self._at = 0
        self._out: list[str] = []

    def run(self) -> str:
        current = self._connector
        while self._at < len(self._text):
            before, current = current, self._take()
            if _is_upper(current):
                current = self._upper_run(before, current)
            elif _is_number(current):
                if before != self._connector and not _is_number(before):
                    self._out.append(self._connector)
                self._out.append(current)
            else:
                if current in " -_":
                    current = self._connector
                self._out.append(current)
        return "".join(self._out)

    def _take(self) -> str:
        character = self._text[self._at]
        self._at += 1
        return character

    def _upper_run(self, before: str, first: str) -> str:
        """Write a run of capitals and what ends it; returns the last character read."""
        if before != self._connector and not _is_number(before):
            self._out.append(self._connector)
        self._out.append(to_lower(first))
        if self._at == len(self._text):
            return first
        current = self._take()
        if not _is_upper(current):
            self._out.append(current)
            return current
        while self._at < len(self._text):
            last, current = current, self._take()
            if not _is_upper(current):
                current = self._end_of_run(last, current)
                break
            self._out.append(to_lower(last))
        if self._at == len(self._text) or current == self._connector:
            self._out.append(to_lower(current))
        return current

    def _end_of_run(self, last: str, current: str) -> str:
        if current in "_ -":
            self._out.append(to_lower(last))
            return self._connector
        if _is_number(current):
            self._out += [to_lower(last), self._connector, current]
        else:
            self._out += [self._connector, to_lower(last), current]
        return current


def _is_upper(character: str) -> bool:
    return _category(character) == "Lu"


def _is_number(character: str) -> bool:
    return _category(character)[0] == "N"


@words.add("abbrev", "int, string -> string")
def _abbrev(width: int, text: str) -> str:
    return text if width < 4 else _abbreviate(text, 0, width)


@words.add("abbrevboth", "int, int, string -> string")
def _abbrevboth(left: int, right: int, text: str) -> str:
    if right < 4 or (left > 0 and right < 7):
        return text
    return _abbreviate(text, left, right)


def _abbreviate(text: str, offset: int, width: int) -> str:
    data = to_bytes(text)
    size, room = len(data), width - 3
    if width < 4:
        return ""
    if size <= width:
        return text
    offset = min(offset, size)
    if size - offset < room:
        offset = size - room
    if offset <= 4:
        return to_text(data[:room] + b"...")
    if width < 7:
        return ""
    if offset + room < size:
        return "..." + _abbreviate(to_text(data[offset:]), 0, room)
    return to_text(b"..." + data[size - room :])


@words.add("wrap", "int, string -> string")
def _wrap(width: int, text: str) -> str:
    """Never breaks a word."""
    return _wrapped(text, width, "\n", breaks_words=False)


@words.add("wrapWith", "int, string, string -> string")
def _wrap_with(width: int, separator: str, text: str) -> str:
    """Breaks words that are longer than a line."""
    return _wrapped(text, width, separator or "\n", breaks_words=True)


def _wrapped(text: str, width: int, separator: str, *, breaks_words: bool) -> str:
    data, mark = to_bytes(text), to_bytes(separator)
    width = max(width, 1)
    limits.check_size(len(data) + len(data) // width * len(mark), "a wrapped text")
    out: list[bytes] = []
    offset = 0
    while len(data) - offset > width:
        if data[offset : offset + 1] == b" ":
            offset += 1
            continue
        space = data.rfind(b" ", offset, offset + width + 1)
        if space >= offset:
            out += [data[offset:space], mark]
            offset = space + 1
            continue
        end = offset + width
        if breaks_words:
            out += [data[offset:end], mark]
            offset = end
            continue
        space = data.find(b" ", end)
        if space < 0:
            out.append(data[offset:])
            offset = len(data)
        else:
            out += [data[offset:space], mark]
            offset = space + 1
    return to_text(b"".join([*out, data[offset:]]))
