"""Kubernetes quantities: `1Gi`, `500M`, `1e3`."""

from __future__ import annotations

import re
from decimal import Decimal

__all__ = ["parse_quantity"]

_FORM = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))([KMGTPE]i|[numkMGTPE]?|[eE][+-]?[0-9]+)")
_WRONG = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)


def parse_quantity(text: str) -> Decimal:
    """The number.

    Raises:
        ValueError: it is none; with the Kubernetes library's words.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(_WRONG)
    number, unit = Decimal(found[1]), found[2]
    if unit[:1] in ("e", "E") and len(unit) > 1:
        return number.scaleb(int(unit[1:]))
    if unit.endswith("i"):
        return number * Decimal(1024) ** ("KMGTPE".index(unit[0]) + 1)
    powers = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
    return number.scaleb(powers[unit])
