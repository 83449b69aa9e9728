"""How sprig turns any value into a number; what is none is 0."""

from __future__ import annotations

import math
import re

from ..numbers import INT64_MAX, INT64_MIN, parse_float
from ..types import FLOATS, SIGNED, UNSIGNED
from ..values import NamedString, Ptr, kind_of

_INTEGER = re.compile(r"[+-]?[0-9]+")


def wrap_int64(number: int) -> int:
    """Go's overflow: the low 64 bits."""
    return (int(number) - INT64_MIN) % 2**64 + INT64_MIN


def parse_int(text: str, base: int = 10) -> int:
    """Go's `strconv.ParseInt` of a base up to ten, 0 on any error."""
    if not _INTEGER.fullmatch(text) or any(c in "0123456789"[base:] for c in text):
        return 0
    if len(text) > 70:
        return 0
    number = int(text, base)
    return number if INT64_MIN <= number <= INT64_MAX else 0


def to_int64(value: object) -> int:
    """Sprig's `int64`."""
    if isinstance(value, str) and not isinstance(value, NamedString):
        return parse_int(value)
    target = value.target if isinstance(value, Ptr) else value
    kind = kind_of(target)
    if isinstance(target, bool):
        return int(target)
    if isinstance(target, int) and kind in SIGNED | UNSIGNED:
        return min(int(target), INT64_MAX)
    if isinstance(target, float):
        return _truncated(target)
    return 0


def _truncated(number: float) -> int:
    """Go's conversion on amd64: what does not fit is the smallest integer."""
    if math.isnan(number) or not -(2.0**63) <= number < 2.0**63:
        return INT64_MIN
    return int(number)


def to_float64(value: object) -> float:
    """Sprig's `float64`."""
    if isinstance(value, str) and not isinstance(value, NamedString):
        return parse_float(value) or 0.0
    target = value.target if isinstance(value, Ptr) else value
    if isinstance(target, int | float) and kind_of(target) in SIGNED | UNSIGNED | FLOATS | {"bool"}:
        return float(target)
    return 0.0
