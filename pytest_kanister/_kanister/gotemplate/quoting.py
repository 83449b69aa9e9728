"""Go string and character literals: `strconv.Quote`, `Unquote` and what is printable."""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
}
_UNESCAPES = {escape[1]: character for character, escape in _ESCAPES.items()}
_NOT_PLAIN = re.compile(r"[^ !#-&(-\[\]-~]")
_HEX_LENGTHS = {"x": 2, "u": 4, "U": 8}


def is_print(character: str) -> bool:
    """Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, the ASCII space."""
    return character == " " or unicodedata.category(character)[0] in "LMNPS"


def is_escaped_byte(character: str) -> bool:
    """Whether it stands for one byte that is not valid UTF-8 (surrogateescape)."""
    return "\udc80" <= character <= "\udcff"


def quote(text: str, mark: str = '"', *, ascii_only: bool = False) -> str:
    """A Go literal of a text.

    Args:
        text: any Go string.
        mark: `"` or, for a character literal, `'`.
        ascii_only: escape everything that is not ASCII (`strconv.QuoteToASCII`, `%+q`).
    """

    def escape(match: re.Match[str]) -> str:
        return _quote_rune(match[0], mark, ascii_only=ascii_only)

    return mark + _NOT_PLAIN.sub(escape, text) + mark


def _quote_rune(character: str, mark: str, *, ascii_only: bool) -> str:
    if character == mark:
        return "\\" + mark
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if is_escaped_byte(character):
        return f"\\x{code - 0xDC00:02x}"
    if is_print(character) and not (ascii_only and code > 0x7E):
        return character
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def can_backquote(text: str) -> bool:
    """Go's `strconv.CanBackquote`: a single line without control characters or backquotes."""
    return not any(
        (c < " " and c != "\t") or c in "`\x7f\ufeff" or is_escaped_byte(c) for c in text
    )


def unicode_point(character: str) -> str:
    """As Go's `%#U` prints it: `U+002D '-'`."""
    if not character:
        return "U+FFFFFFFFFFFFFFFF"  # the lexer's end-of-text mark, which is -1
    code = 0xFFFD if is_escaped_byte(character) else ord(character)
    shown = f" '{chr(code)}'" if is_print(chr(code)) else ""
    return f"U+{code:04X}{shown}"


def unquote(literal: str) -> str:
    """The text of a Go string literal in `"…"` or backquotes.

    Raises:
        ValueError: `invalid syntax`, as Go says.
    """
    inner = literal[1:-1]
    if literal[0] == "`":
        return inner.replace("\r", "")
    if "\n" in inner:
        raise ValueError("invalid syntax")
    parts: list[bytes] = []
    rest = inner
    while rest:
        piece, rest = unquote_rune(rest, '"')
        parts.append(piece)
    return b"".join(parts).decode("utf-8", "surrogateescape")


def unquote_rune(text: str, mark: str) -> tuple[bytes, str]:
    """The first character of a literal's inside, as bytes, and what follows it.

    Raises:
        ValueError: `invalid syntax`, as Go says.
    """
    first, rest = text[0], text[1:]
    if first == mark:
        raise ValueError("invalid syntax")
    if first != "\\":
        return first.encode("utf-8", "surrogateescape"), rest
    if not rest:
        raise ValueError("invalid syntax")
    code, rest = rest[0], rest[1:]
    if code in _UNESCAPES:
        return _UNESCAPES[code].encode(), rest
    if code in _HEX_LENGTHS:
        length = _HEX_LENGTHS[code]
        value = _digits(rest[:length], length, 16)
        if code == "x":
            return bytes([value]), rest[length:]
        if value > 0x10FFFF or 0xD800 <= value < 0xE000:
            raise ValueError("invalid syntax")
        return chr(value).encode(), rest[length:]
    if code in "01234567":
        value = _digits(code + rest[:2], 3, 8)
        if value > 255:
            raise ValueError("invalid syntax")
        return bytes([value]), rest[2:]
    if code in "'\"" and code == mark:
        return code.encode(), rest
    raise ValueError("invalid syntax")


def _digits(text: str, length: int, base: int) -> int:
    allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567"
    if len(text) != length or any(c not in allowed for c in text):
        raise ValueError("invalid syntax")
    return int(text, base)
