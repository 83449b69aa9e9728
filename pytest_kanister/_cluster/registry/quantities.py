"""Kubernetes' quantities (`100Mi`, `1.5G`, `500m`) as numbers."""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["is_quantity", "parse_quantity"]

_SPELLED = re.compile(
    r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?P<unit>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?"
)
_UNITS = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "": Fraction(1),
    "k": Fraction(10**3),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
    "T": Fraction(10**12),
    "P": Fraction(10**15),
    "E": Fraction(10**18),
    **{f"{letter}i": Fraction(1024 ** (power + 1)) for power, letter in enumerate("KMGTPE")},
}


def is_quantity(text: str) -> bool:
    """Whether a text is a quantity."""
    return _SPELLED.fullmatch(text) is not None


def parse_quantity(text: str) -> Fraction:
    """The exact number; `ValueError` when the text is no quantity."""
    found = _SPELLED.fullmatch(text)
    if found is None:
        raise ValueError(f"not a quantity: {text!r}")
    unit = found["unit"] or ""
    number = Fraction(found["number"])
    if unit not in _UNITS:
        return number * Fraction(10) ** int(unit[1:])
    return number * _UNITS[unit]
