"""Sprig's date functions. What is no time means now, silently, as in sprig."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from ..errors import FunctionError
from ..times.clock import NS, GoTime
from ..times.duration import Duration, parse_duration
from ..times.format import format_time
from ..times.parse import parse_time
from ..types import TIME
from ..values import Ptr, kind_of, type_of
from .registry import Family

if TYPE_CHECKING:
    from ..world import World

dates = Family()

_DATE_ONLY = "2006-01-02"


def _present(world: World) -> GoTime:
    return GoTime.from_datetime(world.now(), world.local_zone)


def _instant(world: World, value: object) -> GoTime:
    """What sprig takes a value for: a time, a pointer to one, seconds since 1970, else now."""
    if isinstance(value, GoTime) and value.go_type == TIME:
        return value
    if isinstance(value, Ptr) and isinstance(value.target, GoTime):
        return value.target
    if isinstance(value, int) and kind_of(value) in ("int", "int32", "int64"):
        name = type_of(value)
        if name is not None and name.name == name.kind:
            return GoTime(int(value) * NS, world.local_zone)
    return _present(world)


@dates.add("now", "-> time.Time", worldly=True)
def _now(world: World) -> GoTime:
    return _present(world)


@dates.add("date", "string, any -> string", worldly=True)
def _date(world: World, layout: str, value: object) -> str:
    return format_time(_instant(world, value).in_zone(world.local_zone), layout)


@dates.add("date_in_zone dateInZone", "string, any, string -> string", worldly=True)
def _date_in_zone(world: World, layout: str, value: object, zone: str) -> str:
    """An unknown zone is UTC."""
    found = world.local_zone if zone == "Local" else world.load_zone(zone) or UTC
    return format_time(_instant(world, value).in_zone(found), layout)


@dates.add("htmlDate", "any -> string", worldly=True)
def _html_date(world: World, value: object) -> str:
    return _date(world, _DATE_ONLY, value)


@dates.add("htmlDateInZone", "any, string -> string", worldly=True)
def _html_date_in_zone(world: World, value: object, zone: str) -> str:
    return _date_in_zone(world, _DATE_ONLY, value, zone)


@dates.add("date_modify dateModify", "string, time.Time -> time.Time")
def _date_modify(span: str, when: GoTime) -> GoTime:
    """A span that Go cannot read leaves the time as it is."""
    try:
        return GoTime(when.unix_ns + parse_duration(span), when.zone)
    except ValueError:
        return when


@dates.add("ago", "any -> string", worldly=True)
def _ago(world: World, value: object) -> str:
    """Rounded to seconds, half away from zero."""
    span = _present(world).unix_ns - _instant(world, value).unix_ns
    sign = -1 if span < 0 else 1
    seconds = (abs(span) + NS // 2) // NS
    return Duration.of(sign * seconds * NS).go_string()


@dates.add("toDate", "string, string -> time.Time", worldly=True)
def _to_date(world: World, layout: str, text: str) -> GoTime:
    """Go's zero time for a text that does not follow the layout."""
    return parse_time(layout, text, world.local_zone) or GoTime.zero()


@dates.add("unixEpoch", "time.Time -> string")
def _unix_epoch(when: object) -> str:
    if not isinstance(when, GoTime):
        raise FunctionError("not a time")
    return str(when.unix_ns // NS)
