"""Go's number literals and `strconv`'s parsing of numbers."""

from __future__ import annotations

import math
import re

from .nodes import NumberNode
from .quoting import quote, unquote_rune

INT64_MIN, INT64_MAX, UINT64_MAX = -(2**63), 2**63 - 1, 2**64 - 1

_PREFIXED = re.compile(r"0(?:[xX](?:_?[0-9a-fA-F])+|[bB](?:_?[01])+|[oO]?(?:_?[0-7])+)")
_DECIMAL = re.compile(r"0|[1-9](?:_?[0-9])*")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEX_FLOAT = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+")

_LONGEST_NUMBER = 400
"""Digits; a longer number fits no Go type, not even float64."""

_UNDERSCORES = re.compile(r"[+-]?(?:0[xX]_?)?[0-9a-fA-F]+(?:_?[0-9a-fA-F.pPeE+-]+)*")


def parse_integer(text: str) -> int | None:
    """A Go integer with its prefix (`strconv.ParseInt` with base 0), unbounded; None if it is none.

    A sign is allowed; underscores only where Go's literals allow them.
    """
    sign = text[:1] if text[:1] in ("+", "-") else ""
    digits = text[len(sign) :]
    if len(digits) > _LONGEST_NUMBER:
        return None
    if _DECIMAL.fullmatch(digits):
        value = int(digits.replace("_", ""))
    elif _PREFIXED.fullmatch(digits):
        value = _prefixed(digits.replace("_", ""))
    else:
        return None
    return -value if sign == "-" else value


def _prefixed(digits: str) -> int:
    bases = {"x": 16, "b": 2, "o": 8}
    base = bases.get(digits[1].lower())
    return int(digits[2:], base) if base else int(digits, 8)


def parse_float(text: str) -> float | None:
    """A Go float (`strconv.ParseFloat`); None if it is none or out of range."""
    if "_" in text:
        if not _UNDERSCORES.fullmatch(text):
            return None
        text = text.replace("_", "")
    if _HEX_FLOAT.fullmatch(text):
        return _finite(float.fromhex(text))
    if _FLOAT.fullmatch(text):
        return _finite(float(text))
    if text.lstrip("+-").lower() in ("inf", "infinity", "nan") and text.count("+-") == 0:
        return float(text)
    return None


def _finite(value: float) -> float | None:
    return None if math.isinf(value) else value


def rune_literal(position: int, text: str) -> NumberNode:
    """The number of a character constant, `'a'`.

    Raises:
        ValueError: in Go's words.
    """
    piece, tail = unquote_rune(text[1:], "'")
    if tail != "'":
        raise ValueError(f"malformed character constant: {text}")
    code = piece[0] if len(piece) == 1 else ord(piece.decode("utf-8", "replace")[0])
    return NumberNode(position, text, code, code, float(code))


def number_literal(position: int, text: str) -> NumberNode:
    """The number that a literal means, in every Go type that it fits.

    Raises:
        ValueError: in Go's words.
    """
    node = NumberNode(position, text)
    if text.endswith("i"):
        imaginary = parse_float(text[:-1])
        if imaginary is not None:
            _simplify(node, complex(0, imaginary))
            return node
    value = parse_integer(text)
    if value is not None:
        if 0 <= value <= UINT64_MAX and text[0] not in "+-":
            node.unsigned = value
        if INT64_MIN <= value <= INT64_MAX:
            node.integer = value
            if value == 0:
                node.unsigned = 0
    if node.integer is not None or node.unsigned is not None:
        node.floating = float(node.integer if node.integer is not None else node.unsigned or 0)
        return node
    floating = parse_float(text)
    if floating is None:
        raise ValueError(f"illegal number syntax: {quote(text)}")
    if not any(mark in text for mark in ".eEpP"):
        raise ValueError(f"integer overflow: {quote(text)}")
    _fit(node, floating)
    return node


def complex_literal(position: int, text: str) -> NumberNode:
    """The number of a literal with two parts, `1+2i`.

    Raises:
        ValueError: it is none.
    """
    split = max(i for i, c in enumerate(text) if c in "+-" and i and text[i - 1] not in "eEpP")
    real = parse_float(text[:split])
    imaginary = parse_float(text[split:-1])
    if real is None or imaginary is None:
        raise ValueError("syntax error scanning complex number")
    node = NumberNode(position, text)
    _simplify(node, complex(real, imaginary))
    return node


def _simplify(node: NumberNode, value: complex) -> None:
    node.complex_value = value
    if value.imag == 0:
        _fit(node, value.real)


def _fit(node: NumberNode, value: float) -> None:
    node.floating = value
    if value.is_integer() and INT64_MIN <= value <= INT64_MAX:
        node.integer = int(value)
    if value.is_integer() and 0 <= value <= UINT64_MAX:
        node.unsigned = int(value)
