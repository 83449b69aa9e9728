"""An instant in a zone, as Go's `time.Time`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from ..types import TIME, GoType
from ..values import GoObject, HasMethods, Stringer

if TYPE_CHECKING:
    from collections.abc import Callable

NS = 1_000_000_000
_DAY_S = 86_400
_ZERO_S = -62_135_596_800
"""1 January of year 1 in seconds since 1970: Go's zero time."""


class FixedZone(tzinfo):
    """A zone of one offset and any name, also none.

    Args:
        name: as `MST` prints it; "" prints the offset.
        offset_s: seconds east of UTC.
    """

    def __init__(self, name: str, offset_s: int) -> None:
        self.name = name
        self.offset_s = offset_s

    def utcoffset(self, _when: datetime | None) -> timedelta:
        """The offset."""
        return timedelta(seconds=self.offset_s)

    def tzname(self, _when: datetime | None) -> str:
        """The name."""
        return self.name

    def dst(self, _when: datetime | None) -> timedelta:
        """None: it has no daylight saving time."""
        return timedelta(0)


class GoTime(GoObject, Stringer, HasMethods):
    """A `time.Time`.

    Args:
        unix_ns: nanoseconds since 1970.
        zone: where it is shown.
        go_type: `time.Time` or `v1.Time`.
    """

    __slots__ = ("unix_ns", "zone")

    def __init__(self, unix_ns: int, zone: tzinfo = UTC, go_type: GoType = TIME) -> None:
        self.unix_ns = unix_ns
        self.zone = zone
        self.go_type = go_type

    @classmethod
    def zero(cls) -> GoTime:
        """Go's zero time."""
        return cls(_ZERO_S * NS)

    @classmethod
    def from_datetime(cls, when: datetime | int, zone: tzinfo) -> GoTime:
        """The instant of an aware datetime, or of nanoseconds since 1970, shown in `zone`."""
        if isinstance(when, int):
            return cls(when, zone)
        delta = when - datetime(1970, 1, 1, tzinfo=UTC)
        seconds = delta.days * _DAY_S + delta.seconds
        return cls(seconds * NS + delta.microseconds * 1000, zone)

    @classmethod
    def from_rfc3339(cls, text: str, go_type: GoType = TIME) -> GoTime:
        """Read a Kubernetes timestamp.

        Raises:
            ValueError: it is none.
        """
        when = cls.from_datetime(datetime.fromisoformat(text), UTC)
        return cls(when.unix_ns, UTC, go_type)

    @property
    def is_zero(self) -> bool:
        """Whether it is Go's zero time."""
        return self.unix_ns == _ZERO_S * NS

    def in_zone(self, zone: tzinfo) -> GoTime:
        """The same instant shown elsewhere."""
        return GoTime(self.unix_ns, zone, self.go_type)

    @property
    def offset_s(self) -> int:
        """Seconds east of UTC at this instant."""
        return zone_at(self.zone, self.unix_ns // NS)[1]

    @property
    def zone_name(self) -> str:
        """The zone's abbreviation at this instant."""
        return zone_at(self.zone, self.unix_ns // NS)[0]

    @property
    def local_s(self) -> int:
        """Seconds since 1970 on the clock of the zone."""
        return self.unix_ns // NS + self.offset_s

    @property
    def date(self) -> tuple[int, int, int]:
        """Year, month and day."""
        return civil(self.local_s // _DAY_S)

    @property
    def time(self) -> tuple[int, int, int]:
        """Hour, minute and second."""
        second = self.local_s % _DAY_S
        return second // 3600, second // 60 % 60, second % 60

    @property
    def nanosecond(self) -> int:
        """The fraction of the second."""
        return self.unix_ns % NS

    @property
    def weekday(self) -> int:
        """0 for Sunday."""
        return (self.local_s // _DAY_S + 4) % 7

    @property
    def year_day(self) -> int:
        """1 for 1 January."""
        return self.local_s // _DAY_S - days(self.date[0], 1, 1) + 1

    def go_string(self) -> str:
        """Go's `String`: date, time, offset and zone."""
        from .format import format_time

        return format_time(self, "2006-01-02 15:04:05.999999999 -0700 MST")

    def go_methods(self) -> dict[str, tuple[str, Callable[..., object]]]:
        """The methods that a template may call."""
        from .methods import methods

        return methods(self)


def zone_at(zone: tzinfo, unix_s: int) -> tuple[str, int]:
    """Name and offset in seconds of a zone at an instant."""
    if zone is UTC:
        return "UTC", 0
    if isinstance(zone, FixedZone):
        return zone.name, zone.offset_s
    bounded = min(max(unix_s, _ZERO_S + _DAY_S * 2), 253_402_300_799 - _DAY_S * 2)
    when = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=bounded)).astimezone(zone)
    offset = when.utcoffset() or timedelta(0)
    if isinstance(zone, timezone):
        return "", int(offset.total_seconds())
    return when.tzname() or "", int(offset.total_seconds())


def days(year: int, month: int, day: int) -> int:
    """Days since 1970 of a date in the proleptic Gregorian calendar, any year."""
    shifted = year - (month <= 2)
    era, in_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + in_era * 365 + in_era // 4 - in_era // 100 + day_of_year - 719_468


def civil(day_number: int) -> tuple[int, int, int]:
    """Year, month and day of days since 1970; the inverse of `days`."""
    era, day_of_era = divmod(day_number + 719_468, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return (
        era * 400 + year_of_era + (month <= 2),
        month,
        day_of_year - (153 * shifted + 2) // 5 + 1,
    )
