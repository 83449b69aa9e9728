"""Writing a time by a Go layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .layout import MONTHS, WEEKDAYS, is_fraction, pieces

if TYPE_CHECKING:
    from .clock import GoTime

RFC3339_NANO = "2006-01-02T15:04:05.999999999Z07:00"


def format_time(when: GoTime, layout: str) -> str:
    """Go's `Time.Format`."""
    cut = pieces(layout)
    return "".join(literal + (_write(when, piece) if piece else "") for literal, piece in cut)


def _write(when: GoTime, piece: str) -> str:
    if is_fraction(piece):
        return _fraction(when.nanosecond, piece)
    if piece[0] in "-Z":
        return _offset(when.offset_s, piece)
    year, month, day = when.date
    hour, minute, second = when.time
    half = hour % 12 or 12
    match piece:
        case "2006":
            return f"-{-year:04d}" if year < 0 else f"{year:04d}"
        case "06":
            return f"{year % 100:02d}"
        case "January":
            return MONTHS[month - 1]
        case "Jan":
            return MONTHS[month - 1][:3]
        case "01" | "1":
            return _number(month, piece)
        case "Monday":
            return WEEKDAYS[when.weekday]
        case "Mon":
            return WEEKDAYS[when.weekday][:3]
        case "02" | "2" | "_2":
            return _number(day, piece)
        case "002" | "__2":
            return f"{when.year_day:03d}" if piece == "002" else f"{when.year_day:3d}"
        case "15":
            return f"{hour:02d}"
        case "03" | "3":
            return _number(half, piece)
        case "04" | "4":
            return _number(minute, piece)
        case "05" | "5":
            return _number(second, piece)
        case "PM" | "pm":
            text = "PM" if hour >= 12 else "AM"
            return text if piece == "PM" else text.lower()
    return when.zone_name or _offset(when.offset_s, "-0700")


def _number(value: int, piece: str) -> str:
    if piece[0] == "0":
        return f"{value:02d}"
    return f"{value:2d}" if piece[0] == "_" else str(value)


def _fraction(nanosecond: int, piece: str) -> str:
    digits = f"{nanosecond:09d}".ljust(len(piece) - 1, "0")[: len(piece) - 1]
    if piece[1] == "9":
        digits = digits.rstrip("0")
        return piece[0] + digits if digits else ""
    return piece[0] + digits


def _offset(offset_s: int, piece: str) -> str:
    if piece[0] == "Z" and offset_s == 0:
        return "Z"
    sign, rest = ("-" if offset_s < 0 else "+"), abs(offset_s)
    hours, minutes, seconds = rest // 3600, rest // 60 % 60, rest % 60
    separator = ":" if ":" in piece else ""
    text = f"{sign}{hours:02d}"
    if len(piece) > 3:
        text += f"{separator}{minutes:02d}"
    if len(piece) > 6 and piece.replace(":", "")[1:] == "070000":
        text += f"{separator}{seconds:02d}"
    return text
