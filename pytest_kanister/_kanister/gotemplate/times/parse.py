"""Reading a time by a Go layout (`time.ParseInLocation`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from .clock import NS, FixedZone, GoTime, civil, days, zone_at
from .layout import MONTHS, WEEKDAYS, is_fraction, pieces


@dataclass(slots=True)
class _Fields:
    year: int = 0
    month: int = -1
    day: int = -1
    year_day: int = -1
    hour: int = 0
    minute: int = 0
    second: int = 0
    nanosecond: int = 0
    afternoon: bool | None = None
    offset_s: int | None = None
    zone_name: str = ""
    utc: bool = False


class _Mismatch(Exception):
    """The text does not follow the layout."""


def parse_time(layout: str, text: str, zone: tzinfo) -> GoTime | None:
    """The time that a text means.

    Args:
        layout: Go layout.
        text: the time.
        zone: where it is if it does not say.

    Returns:
        None if the text does not follow the layout or names no real time.
    """
    fields = _Fields()
    cut = list(pieces(layout))
    try:
        for index, (literal, piece) in enumerate(cut):
            text = _skip(text, literal)
            if piece:
                follows = cut[index + 1][1] if not cut[index + 1][0] else ""
                text = _read(fields, piece, text, follows)
        if text:
            return None
        return _assemble(fields, zone)
    except _Mismatch:
        return None


def _skip(text: str, literal: str) -> str:
    """Pass over a literal; a space in it stands for any number of spaces."""
    while literal:
        if literal[0] == " ":
            if text and text[0] != " ":
                raise _Mismatch
            literal, text = literal.lstrip(" "), text.lstrip(" ")
            continue
        if not text or text[0] != literal[0]:
            raise _Mismatch
        literal, text = literal[1:], text[1:]
    return text


def _read(fields: _Fields, piece: str, text: str, follows: str) -> str:
    if is_fraction(piece):
        return _read_fraction(fields, piece, text)
    if piece[0] in "-Z":
        return _read_offset(fields, piece, text)
    match piece:
        case "2006":
            fields.year, text = _digits(text, 4, 4)
        case "06":
            short, text = _digits(text, 2, 2)
            fields.year = short + (1900 if short >= 69 else 2000)
        case "January" | "Jan":
            fields.month, text = _name(text, MONTHS, short=piece == "Jan")
            fields.month += 1
        case "01" | "1":
            fields.month, text = _digits(text, len(piece), 2)
            _within(fields.month, 1, 12)
        case "Monday" | "Mon":
            _, text = _name(text, WEEKDAYS, short=piece == "Mon")
        case "02" | "_2" | "2":
            if piece == "_2" and text[:1] == " ":
                text = text[1:]
            fields.day, text = _digits(text, 2 if piece == "02" else 1, 2)
        case "002" | "__2":
            if piece == "__2":
                text = text[len(text[:2]) - len(text[:2].lstrip(" ")) :]
                fields.year_day, text = _digits(text, 1, 3)
            else:
                fields.year_day, text = _digits(text, 3, 3)
        case "15":
            fields.hour, text = _digits(text, 1, 2)
            _within(fields.hour, 0, 23)
        case "03" | "3":
            fields.hour, text = _digits(text, len(piece), 2)
            _within(fields.hour, 0, 12)
        case "04" | "4":
            fields.minute, text = _digits(text, len(piece), 2)
            _within(fields.minute, 0, 59)
        case "05" | "5":
            fields.second, text = _digits(text, len(piece), 2)
            _within(fields.second, 0, 59)
            if text[:1] in (".", ",") and text[1:2].isdigit() and not is_fraction(follows):
                text = _read_fraction(fields, "." + "9" * _leading_digits(text[1:]), text)
        case "PM" | "pm":
            fields.afternoon, text = _half_day(text, piece)
        case "MST":
            text = _read_zone_name(fields, text)
    return text


def _digits(text: str, least: int, most: int) -> tuple[int, str]:
    count = min(_leading_digits(text), most)
    if count < least:
        raise _Mismatch
    return int(text[:count]), text[count:]


def _leading_digits(text: str) -> int:
    return next((i for i, c in enumerate(text) if not "0" <= c <= "9"), len(text))


def _within(value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise _Mismatch


def _name(text: str, names: list[str], *, short: bool) -> tuple[int, str]:
    for index, name in enumerate(names):
        wanted = name[:3] if short else name
        if text[: len(wanted)].lower() == wanted.lower():
            return index, text[len(wanted) :]
    raise _Mismatch


def _half_day(text: str, piece: str) -> tuple[bool, str]:
    given = text[:2]
    if given not in (("AM", "PM") if piece == "PM" else ("am", "pm")):
        raise _Mismatch
    return given.lower() == "pm", text[2:]


def _read_fraction(fields: _Fields, piece: str, text: str) -> str:
    if piece[1] == "9":
        if text[:1] not in (".", ",") or not text[1:2].isdigit():
            return text
        count = _leading_digits(text[1:])
    else:
        count = len(piece) - 1
        if text[:1] not in (".", ",") or _leading_digits(text[1 : 1 + count]) != count:
            raise _Mismatch
    digits = text[1 : 1 + count]
    fields.nanosecond = int(digits[:9].ljust(9, "0"))
    return text[1 + count :]


def _read_offset(fields: _Fields, piece: str, text: str) -> str:
    if piece[0] == "Z" and text[:1] == "Z":
        fields.utc = True
        return text[1:]
    sign = {"+": 1, "-": -1}.get(text[:1])
    shape = piece[1:]
    given = text[1 : 1 + len(shape)]
    if sign is None or len(given) != len(shape):
        raise _Mismatch
    for wanted, found in zip(shape, given, strict=True):
        if (found != ":") if wanted == ":" else not "0" <= found <= "9":
            raise _Mismatch
    digits = given.replace(":", "").ljust(6, "0")
    hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    _within(hours, 0, 24)
    _within(minutes, 0, 60)
    _within(seconds, 0, 60)
    fields.offset_s = sign * (hours * 3600 + minutes * 60 + seconds)
    return text[1 + len(shape) :]


def _read_zone_name(fields: _Fields, text: str) -> str:
    if text.startswith("UTC"):
        fields.utc = True
        return text[3:]
    length = _zone_length(text)
    fields.zone_name = text[:length]
    return text[length:]


def _zone_length(text: str) -> int:
    if text[:4] in ("ChST", "MeST"):
        return 4
    if text[:3] == "GMT":
        return 3 + _signed_offset(text[3:])
    if text[:1] in ("+", "-"):
        length = _signed_offset(text)
        if length:
            return length
        raise _Mismatch
    upper = next((i for i, c in enumerate(text[:6]) if not "A" <= c <= "Z"), min(len(text), 6))
    if upper == 5 and text[4] == "T":
        return 5
    if upper == 4 and (text[3] == "T" or text[:4] == "WITA"):
        return 4
    if upper == 3:
        return 3
    raise _Mismatch


def _signed_offset(text: str) -> int:
    if text[:1] not in ("+", "-"):
        return 0
    count = _leading_digits(text[1:])
    return 1 + count if 0 < count < 4 and int(text[1 : 1 + count]) < 24 else 0


def _assemble(fields: _Fields, zone: tzinfo) -> GoTime:
    if fields.afternoon is True and fields.hour < 12:
        fields.hour += 12
    elif fields.afternoon is False and fields.hour == 12:
        fields.hour = 0
    month, day = _month_and_day(fields)
    following = days(fields.year + month // 12, month % 12 + 1, 1)
    _within(day, 1, following - days(fields.year, month, 1))
    clock = fields.hour * 3600 + fields.minute * 60 + fields.second
    seconds = days(fields.year, month, day) * 86_400 + clock
    nanosecond = fields.nanosecond
    if fields.utc:
        return GoTime(seconds * NS + nanosecond, UTC)
    if fields.offset_s is not None:
        unix_s = seconds - fields.offset_s
        local = zone_at(zone, unix_s)
        if local[1] == fields.offset_s and fields.zone_name in ("", local[0]):
            return GoTime(unix_s * NS + nanosecond, zone)
        fixed = FixedZone(fields.zone_name, fields.offset_s)
        return GoTime(unix_s * NS + nanosecond, fixed)
    if fields.zone_name:
        return _in_named_zone(fields.zone_name, seconds, nanosecond, zone)
    return GoTime(to_unix(seconds, zone) * NS + nanosecond, zone)


def _month_and_day(fields: _Fields) -> tuple[int, int]:
    if fields.year_day < 0:
        return (fields.month if fields.month >= 0 else 1), (fields.day if fields.day >= 0 else 1)
    start = days(fields.year, 1, 1)
    _within(fields.year_day, 1, days(fields.year + 1, 1, 1) - start)
    _, month, day = civil(start + fields.year_day - 1)
    if fields.month not in (-1, month) or fields.day not in (-1, day):
        raise _Mismatch
    return month, day


def _in_named_zone(name: str, seconds: int, nanosecond: int, zone: tzinfo) -> GoTime:
    """A zone that the local one does not know gets its offset, but not the time shifted by it."""
    unix_s = to_unix(seconds, zone)
    if zone_at(zone, unix_s)[0] == name:
        return GoTime(unix_s * NS + nanosecond, zone)
    offset_s = 0
    if name.startswith("GMT") and len(name) > 3:
        offset_s = int(name[3:]) * 3600
    return GoTime(seconds * NS + nanosecond, FixedZone(name, offset_s))


def to_unix(seconds: int, zone: tzinfo) -> int:
    """Seconds since 1970 of a clock's reading in a zone, as Go's `time.Date` guesses in gaps."""
    unix_s = seconds - zone_at(zone, seconds)[1]
    return seconds - zone_at(zone, unix_s)[1]
