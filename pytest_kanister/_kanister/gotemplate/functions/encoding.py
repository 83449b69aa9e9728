"""Encodings and checksums, JSON and base64 among them."""

from __future__ import annotations

import base64
import hashlib
import zlib

from ..json import NotMarshalable, indent, marshal
from ..values import to_bytes, to_text
from .registry import Family

encoding = Family()

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_NEWLINES = b"\r\n"


class _Corrupt(Exception):
    """Where the input is bad, as Go counts it."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


@encoding.add("toJson", "any -> string")
def _to_json(value: object) -> str:
    try:
        return marshal(value)
    except NotMarshalable:
        return ""


@encoding.add("toPrettyJson", "any -> string")
def _to_pretty_json(value: object) -> str:
    return indent(_to_json(value), "  ")


@encoding.add("b64enc", "string -> string")
def _b64enc(text: str) -> str:
    return base64.b64encode(to_bytes(text)).decode()


@encoding.add("b64dec", "string -> string")
def _b64dec(text: str) -> str:
    """Of bad input the error's text is the result, not an error."""
    return base64_problem(text) or decode_base64(text)


def base64_problem(text: str) -> str:
    """What Go's decoder says of the text; empty when nothing."""
    try:
        _check_base64(to_bytes(text))
    except _Corrupt as corrupt:
        return f"illegal base64 data at input byte {corrupt.at}"
    return ""


def decode_base64(text: str) -> str:
    """What a text without problem stands for."""
    return to_text(base64.b64decode(to_bytes(text).translate(None, _NEWLINES)))


def _check_base64(data: bytes) -> None:
    at, filled = 0, 0
    while at < len(data):
        byte = data[at]
        at += 1
        if byte in _NEWLINES:
            continue
        if byte in _BASE64:
            filled = (filled + 1) % 4
            continue
        if byte != ord("=") or filled < 2:
            raise _Corrupt(at - 1)
        _check_padding(data, at, filled)
        return
    if filled:
        raise _Corrupt(len(data) - filled)


def _check_padding(data: bytes, at: int, filled: int) -> None:
    if filled == 2:
        at = _skip_newlines(data, at)
        if at == len(data):
            raise _Corrupt(len(data))
        if data[at] != ord("="):
            raise _Corrupt(at)
        at += 1
    at = _skip_newlines(data, at)
    if at < len(data):
        raise _Corrupt(at)


def _skip_newlines(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _NEWLINES:
        at += 1
    return at


@encoding.add("b32enc", "string -> string")
def _b32enc(text: str) -> str:
    return base64.b32encode(to_bytes(text)).decode()


@encoding.add("b32dec", "string -> string")
def _b32dec(text: str) -> str:
    """Of bad input the error's text is the result, not an error."""
    data = to_bytes(text).translate(None, _NEWLINES)
    try:
        length = _check_base32(data)
    except _Corrupt as corrupt:
        return f"illegal base32 data at input byte {corrupt.at}"
    return to_text(base64.b32decode(data[:length]))


def _check_base32(data: bytes) -> int:
    """Length of the sound input with its padding; what follows a complete padding is an error."""
    for at, byte in enumerate(data):
        filled, rest = at % 8, data[at + 1 :]
        if byte == ord("=") and filled >= 2 and len(rest) < 8:
            if len(rest) + filled < 7:
                raise _Corrupt(len(data))
            for offset, padding in enumerate(rest[: 7 - filled]):
                if padding != ord("="):
                    raise _Corrupt(at + offset)
            if filled in (1, 3, 6):
                raise _Corrupt(at)
            return at + 8 - filled
        if byte not in _BASE32:
            raise _Corrupt(at)
    if len(data) % 8:
        raise _Corrupt(len(data) - len(data) % 8)
    return len(data)


@encoding.add("sha1sum", "string -> string")
def _sha1sum(text: str) -> str:
    return hashlib.sha1(to_bytes(text), usedforsecurity=False).hexdigest()


@encoding.add("sha256sum", "string -> string")
def _sha256sum(text: str) -> str:
    return hashlib.sha256(to_bytes(text)).hexdigest()


@encoding.add("adler32sum", "string -> string")
def _adler32sum(text: str) -> str:
    return str(zlib.adler32(to_bytes(text)))
