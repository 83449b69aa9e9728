"""Reading Go's layouts: the pieces of the reference time `Mon Jan 2 15:04:05 MST 2006` in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - a list of names
)
WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()  # noqa: SIM905 - a list of names

_WORDS = {"January": "", "Jan": "lower", "Monday": "", "Mon": "lower", "MST": ""}
_OTHERS = (
    *("002", "01", "02", "03", "04", "05", "06", "15", "1", "2006", "2", "__2", "_2", "3", "4"),
    *("5", "PM", "pm", "-070000", "-07:00:00", "-0700", "-07:00", "-07"),
    *("Z070000", "Z07:00:00", "Z0700", "Z07:00", "Z07"),
)


def pieces(layout: str) -> Iterator[tuple[str, str]]:
    """The layout cut into (literal text, piece); the last piece is "".

    A piece is as the layout writes it; fractions are `.000…`, `,999…` and so on.
    """
    start = at = 0
    while at < len(layout):
        piece = _piece(layout, at)
        if not piece:
            at += 1
            continue
        if piece == "_2" and layout.startswith("_2006", at):
            at += 1
            piece = "2006"
        yield layout[start:at], piece
        at += len(piece)
        start = at
    yield layout[start:], ""


def _piece(layout: str, at: int) -> str:
    if layout[at] in ".,":
        return _fraction(layout, at)
    for word, follow in _WORDS.items():
        if layout.startswith(word, at):
            after = layout[at + len(word) : at + len(word) + 1]
            if not follow or not "a" <= after <= "z":
                return word
    return next((other for other in _OTHERS if layout.startswith(other, at)), "")


def _fraction(layout: str, at: int) -> str:
    digit = layout[at + 1 : at + 2]
    if digit not in ("0", "9"):
        return ""
    end = at + 1
    while layout[end : end + 1] == digit:
        end += 1
    return "" if layout[end : end + 1].isdigit() else layout[at:end]


def is_fraction(piece: str) -> bool:
    """Whether a piece stands for a fraction of a second."""
    return piece[:1] in (".", ",")
