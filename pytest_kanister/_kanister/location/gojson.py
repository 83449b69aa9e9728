"""JSON as Go reads it: the same words for text that is none.

Rules and words are those of Go's `encoding/json` scanner, which reads bytes: a character beyond
ASCII is complained of by its first byte.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__all__ = ["loads"]

_SPACE = b" \t\r\n"
_DIGITS = b"0123456789"
_LITERALS = {b"t"[0]: b"true", b"f"[0]: b"false", b"n"[0]: b"null"}
_AFTER = {b"{"[0]: "after object key:value pair", b"["[0]: "after array element"}


class _Bad(Exception):
    pass


def loads(text: str) -> Any:
    """What the text says.

    Raises:
        ValueError: it is no JSON; in Go's words.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    except ValueError:
        raise ValueError(_complaint(text.encode("utf-8", "surrogatepass"))) from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)  # NaN and Infinity are Python's


def _complaint(data: bytes) -> str:
    try:
        _scan(data)
    except _Bad as bad:
        return str(bad)
    except IndexError:
        return "unexpected end of JSON input"
    return "invalid JSON"


def _scan(data: bytes) -> None:
    """Ends with the first thing that is wrong, IndexError being the end of the text."""
    at, inside = 0, bytearray()
    while True:
        at = _skip(data, at)
        byte = data[at]
        if byte in b"{[":
            inside.append(byte)
            at = _skip(data, at + 1)
            if byte == b"{"[0] and data[at] != b"}"[0]:
                at = _key(data, at)
                continue
            if byte == b"["[0] and data[at] != b"]"[0]:
                continue
        else:
            at = _scalar(data, at)
        while True:
            at = _skip(data, at)
            if not inside:
                if at < len(data):
                    raise _bad(data[at], "after top-level value")
                return
            outer, byte = inside[-1], data[at]
            if byte == outer + 2:  # ASCII: `}` and `]` stand two behind `{` and `[`
                inside.pop()
                at += 1
            elif byte == b","[0]:
                at = _skip(data, at + 1)
                at = _key(data, at) if outer == b"{"[0] else at
                break
            else:
                raise _bad(byte, _AFTER[outer])


def _key(data: bytes, at: int) -> int:
    if data[at] != b'"'[0]:
        raise _bad(data[at], "looking for beginning of object key string")
    at = _skip(data, _string(data, at))
    if data[at] != b":"[0]:
        raise _bad(data[at], "after object key")
    return at + 1


def _scalar(data: bytes, at: int) -> int:
    byte = data[at]
    if byte == b'"'[0]:
        return _string(data, at)
    if byte in _LITERALS:
        word = _LITERALS[byte]
        for offset, expected in enumerate(word):
            if data[at + offset] != expected:
                where = f"in literal {word.decode()} (expecting {_quoted(expected)})"
                raise _bad(data[at + offset], where)
        return at + len(word)
    if byte in b"-0123456789":
        return _number(data, at)
    raise _bad(byte, "looking for beginning of value")


def _string(data: bytes, at: int) -> int:
    at += 1
    while data[at] != b'"'[0]:
        if data[at] < 0x20:
            raise _bad(data[at], "in string literal")
        if data[at] == b"\\"[0]:
            at += 1
            if data[at] == b"u"[0]:
                for offset in range(1, 5):
                    if data[at + offset] not in b"0123456789abcdefABCDEF":
                        raise _bad(data[at + offset], "in \\u hexadecimal character escape")
                at += 4
            elif data[at] not in b'bfnrt\\/"':
                raise _bad(data[at], "in string escape code")
        at += 1
    return at + 1


def _number(data: bytes, at: int) -> int:
    if data[at] == b"-"[0]:
        at += 1
        if data[at] not in _DIGITS:
            raise _bad(data[at], "in numeric literal")
    at = at + 1 if data[at] == b"0"[0] else _digits(data, at)
    if data[at : at + 1] == b".":
        at += 1
        if data[at] not in _DIGITS:
            raise _bad(data[at], "after decimal point in numeric literal")
        at = _digits(data, at)
    if data[at : at + 1] in (b"e", b"E"):
        at += 1
        at += data[at] in b"+-"
        if data[at] not in _DIGITS:
            raise _bad(data[at], "in exponent of numeric literal")
        at = _digits(data, at)
    return at


def _digits(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _DIGITS:
        at += 1
    return at


def _skip(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _SPACE:
        at += 1
    return at


def _bad(byte: int, where: str) -> _Bad:
    return _Bad(f"invalid character {_quoted(byte)} {where}")


def _quoted(byte: int) -> str:
    named = {9: "\\t", 10: "\\n", 13: "\\r", 0x27: "\\'", 0x5C: "\\\\"}
    named |= {7: "\\a", 8: "\\b", 11: "\\v", 12: "\\f"}
    if byte in named:
        return f"'{named[byte]}'"
    if byte < 0x20 or byte == 0x7F:
        return f"'\\x{byte:02x}'"
    if 0x80 <= byte < 0xA1 or byte == 0xAD:
        return f"'\\u{byte:04x}'"
    return f"'{chr(byte)}'"
