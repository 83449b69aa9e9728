"""Go's `time.Duration`: reading `1h30m` and writing it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..quoting import quote
from ..types import BUILTIN
from ..values import HasMethods, Int, Stringer

if TYPE_CHECKING:
    from collections.abc import Callable

_UNITS_NS = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "μs": 1000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")


class Duration(Int, Stringer, HasMethods):
    """A `time.Duration` in nanoseconds."""

    @classmethod
    def of(cls, span_ns: int) -> Duration:
        """A duration; Go's saturate at the ends of int64."""
        bounded = max(-(2**63), min(2**63 - 1, span_ns))
        return cls(bounded, BUILTIN.type("time.Duration"))

    def go_string(self) -> str:
        """As Go prints it: `1h30m0s`, `1.5s`, `2ms`."""
        return _text(int(self))

    def go_methods(self) -> dict[str, tuple[str, Callable[..., object]]]:
        """The methods that a template may call."""
        return {
            "String": ("-> string", self.go_string),
            "Hours": ("-> float64", lambda: int(self) / 3.6e12),
            "Minutes": ("-> float64", lambda: int(self) / 6e10),
            "Seconds": ("-> float64", lambda: int(self) / 1e9),
            "Milliseconds": ("-> int64", lambda: int(int(self) / 1_000_000)),
            "Nanoseconds": ("-> int64", lambda: int(self)),
        }


def parse_duration(text: str) -> int:
    """Nanoseconds of a Go duration.

    Raises:
        ValueError: in Go's words.
    """
    sign = -1 if text[:1] == "-" else 1
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    invalid = f"time: invalid duration {quote(text)}"
    if not rest:
        raise ValueError(invalid)
    total = 0
    while rest:
        match = _PART.match(rest)
        if match is None or not (match[1] or match[2]):
            raise ValueError(invalid)
        if not match[3]:
            raise ValueError(f"time: missing unit in duration {quote(text)}")
        unit = _UNITS_NS.get(match[3])
        if unit is None:
            raise ValueError(f"time: unknown unit {quote(match[3])} in duration {quote(text)}")
        total += int(match[1] or 0) * unit
        fraction = match[2] or ""
        total += int(fraction or 0) * unit // 10 ** len(fraction)
        if total > 2**63 - (sign > 0):
            raise ValueError(invalid)
        rest = rest[match.end() :]
    return sign * total


def _text(span_ns: int) -> str:
    if span_ns == 0:
        return "0s"
    sign, rest = ("-" if span_ns < 0 else ""), abs(span_ns)
    if rest < 1_000_000_000:
        unit = "ns" if rest < 1000 else "µs" if rest < 1_000_000 else "ms"
        return sign + _decimal(rest, _UNITS_NS[unit]) + unit
    seconds = _decimal(rest % 60_000_000_000, 1_000_000_000) + "s"
    minutes = rest // 60_000_000_000
    if minutes == 0:
        return sign + seconds
    hours = f"{minutes // 60}h" if minutes >= 60 else ""
    return f"{sign}{hours}{minutes % 60}m{seconds}"


def _decimal(number: int, unit: int) -> str:
    whole, fraction = divmod(number, unit)
    if not fraction:
        return str(whole)
    return f"{whole}." + str(fraction).rjust(len(str(unit)) - 1, "0").rstrip("0")
