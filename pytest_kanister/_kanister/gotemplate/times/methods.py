"""The methods of Go's `time.Time` that a template may call."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from ..types import BUILTIN
from ..values import HasMethods, Int, Stringer
from .clock import NS
from .duration import Duration
from .format import format_time
from .layout import MONTHS, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import GoTime


class Month(Int, Stringer, HasMethods):
    """A `time.Month`, which prints its name."""

    def go_string(self) -> str:
        """The English name."""
        return MONTHS[self - 1]

    def go_methods(self) -> dict[str, tuple[str, Callable[..., object]]]:
        """The methods that a template may call."""
        return {"String": ("-> string", self.go_string)}


class Weekday(Int, Stringer, HasMethods):
    """A `time.Weekday`, which prints its name."""

    def go_string(self) -> str:
        """The English name."""
        return WEEKDAYS[self]

    def go_methods(self) -> dict[str, tuple[str, Callable[..., object]]]:
        """The methods that a template may call."""
        return {"String": ("-> string", self.go_string)}


def methods(when: GoTime) -> dict[str, tuple[str, Callable[..., object]]]:
    """Method name to (signature, callable)."""
    year, month, day = when.date
    hour, minute, second = when.time
    return {
        "Year": ("-> int", lambda: year),
        "Month": ("-> time.Month", lambda: Month(month, BUILTIN.type("time.Month"))),
        "Day": ("-> int", lambda: day),
        "Hour": ("-> int", lambda: hour),
        "Minute": ("-> int", lambda: minute),
        "Second": ("-> int", lambda: second),
        "Nanosecond": ("-> int", lambda: when.nanosecond),
        "YearDay": ("-> int", lambda: when.year_day),
        "Weekday": (
            "-> time.Weekday",
            lambda: Weekday(when.weekday, BUILTIN.type("time.Weekday")),
        ),
        "Unix": ("-> int64", lambda: when.unix_ns // NS),
        "UnixMilli": ("-> int64", lambda: when.unix_ns // 1_000_000),
        "UnixMicro": ("-> int64", lambda: when.unix_ns // 1000),
        "UnixNano": ("-> int64", lambda: when.unix_ns),
        "IsZero": ("-> bool", lambda: when.is_zero),
        "UTC": ("-> time.Time", lambda: when.in_zone(UTC)),
        "String": ("-> string", when.go_string),
        "Format": ("string -> string", lambda layout: format_time(when, layout)),
        "Add": (
            "time.Duration -> time.Time",
            lambda span: type(when)(when.unix_ns + int(span), when.zone),
        ),
        "Sub": (
            "time.Time -> time.Duration",
            lambda other: Duration.of(when.unix_ns - other.unix_ns),
        ),
        "Before": ("time.Time -> bool", lambda other: when.unix_ns < other.unix_ns),
        "After": ("time.Time -> bool", lambda other: when.unix_ns > other.unix_ns),
        "Equal": ("time.Time -> bool", lambda other: when.unix_ns == other.unix_ns),
    }
