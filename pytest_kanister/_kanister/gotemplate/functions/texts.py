"""How sprig turns any value into text (`strval`) and lists into texts."""

from __future__ import annotations

from ..format import format_value
from ..types import BYTES
from ..values import GoError, Stringer, items_of, kind_of, to_text, type_of


def strval(value: object) -> str:
    """Sprig's `toString`: strings and bytes as they are, the rest as `%v` prints it."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return to_text(value)
    if isinstance(value, Stringer):
        return value.go_string()
    if type_of(value) == BYTES:
        return ""
    if isinstance(value, GoError):
        return value.text
    return format_value(value, "v")


def strslice(value: object) -> list[str]:
    """Sprig's `strslice`: the texts of a list; of anything else a list of its text."""
    kind = kind_of(value)
    if kind == "slice":
        go_type = type_of(value)
        boxed = go_type is not None and go_type.elem.is_interface
        return [strval(item) for item in items_of(value) if not (boxed and item is None)]
    if kind == "invalid":
        return []
    return [strval(value)]
