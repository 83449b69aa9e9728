"""Go's `encoding/json.Marshal`: declaration order, tags, sorted keys, HTML escapes."""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import limits
from .format_numbers import format_float
from .quoting import is_escaped_byte
from .reflect import is_nil
from .times.clock import GoTime
from .times.format import RFC3339_NANO, format_time
from .types import FLOATS, SIGNED, UNSIGNED, GoType
from .values import (
    GoStruct,
    Marshaler,
    NilPtr,
    Ptr,
    entries_of,
    items_of,
    kind_of,
    to_bytes,
    type_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPED = re.compile(r"[\"\\<>&\x00-\x1f\u2028\u2029\ud800-\udfff]")
_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


class NotMarshalable(Exception):
    """Go's encoder returns an error for this value (a complex number, NaN, infinity)."""


def marshal(value: object) -> str:
    """The JSON text of a Go value, without spaces.

    Raises:
        NotMarshalable: Go's encoder refuses it.
    """
    text = _Encoder().encode(value)
    limits.check_size(len(text), "a JSON text")
    return text


def indent(text: str, step: str) -> str:
    """Go's `json.Indent` of a JSON text without spaces.

    Args:
        text: what `marshal` returned.
        step: what each level is indented by.
    """
    out: list[str] = []
    depth, at = 0, 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^{}\[\],:"]+', text):
        mark = token[0]
        at = token.end()
        if mark in ("{", "["):
            out.append(mark)
            depth += 1
            if text[at : at + 1] not in ("}", "]"):
                out.append("\n" + step * depth)
        elif mark in ("}", "]"):
            depth -= 1
            if text[token.start() - 1] not in ("{", "["):
                out.append("\n" + step * depth)
            out.append(mark)
        elif mark == ",":
            out.append(",\n" + step * depth)
        else:
            out.append(": " if mark == ":" else mark)
    return "".join(out)


class _Encoder:
    """Encodes one value; counts what it visits, since values may share parts."""

    def __init__(self) -> None:
        self._meter = limits.Meter("encoding JSON")

    def encode(self, value: object) -> str:
        """The JSON text of a value."""
        size = len(value) // 64 if isinstance(value, str | bytes) else 0
        self._meter.count(size + 1)
        return _encode(value, self.encode)


def _encode(value: object, inner: Callable[[object], str]) -> str:
    if value is None or isinstance(value, NilPtr):
        return "null"
    if isinstance(value, Marshaler):
        return inner(value.go_json())
    if isinstance(value, Ptr):
        return inner(value.target)
    if isinstance(value, GoTime):
        if kind_of(value) == "struct" and value.go_type.name == "v1.Time" and value.is_zero:
            return "null"
        layout = "2006-01-02T15:04:05Z07:00" if value.go_type.name == "v1.Time" else RFC3339_NANO
        return f'"{format_time(value, layout)}"'
    if isinstance(value, GoStruct):
        return _encode_struct(value, inner)
    kind = kind_of(value)
    if kind == "bool":
        return "true" if value else "false"
    if isinstance(value, int) and (kind in SIGNED or kind in UNSIGNED):
        return str(int(value))
    if isinstance(value, float) and kind in FLOATS:
        return _encode_float(value)
    if isinstance(value, str):
        return encode_string(value)
    if kind == "slice":
        return _encode_slice(value, inner)
    if kind == "map":
        return _encode_map(value, inner)
    raise NotMarshalable(f"json: unsupported type: {kind}")


def _encode_float(value: float) -> str:
    if not math.isfinite(value):
        raise NotMarshalable("json: unsupported value")
    magnitude = abs(value)
    if magnitude != 0 and (magnitude < 1e-6 or magnitude >= 1e21):
        text = format_float(value, "e", -1)
        return re.sub(r"e-0([1-9])$", r"e-\1", text)
    return format_float(value, "f", -1)


def encode_string(text: str) -> str:
    """A JSON string as Go writes it: HTML characters and line separators escaped."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if is_escaped_byte(character):
        return "\ufffd"
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def _encode_slice(value: object, inner: Callable[[object], str]) -> str:
    if is_nil(value):
        return "null"
    go_type = type_of(value)
    items = items_of(value)
    if go_type is not None and go_type.elem.name == "uint8":
        data = bytes(int(item) for item in items if isinstance(item, int))
        return f'"{base64.b64encode(data).decode()}"'
    return "[" + ",".join(map(inner, items)) + "]"


def _encode_map(value: object, inner: Callable[[object], str]) -> str:
    if is_nil(value):
        return "null"
    entries = {str(key): item for key, item in entries_of(value).items()}
    keys = sorted(entries, key=to_bytes)
    return "{" + ",".join(f"{encode_string(key)}:{inner(entries[key])}" for key in keys) + "}"


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    value: object
    omit_empty: bool


def _encode_struct(value: GoStruct, inner: Callable[[object], str]) -> str:
    shown = [
        f"{encode_string(member.name)}:{inner(member.value)}"
        for member in _members(value)
        if not (member.omit_empty and _is_empty(member.value))
    ]
    return "{" + ",".join(shown) + "}"


def _members(value: GoStruct) -> list[_Member]:
    """What a struct has in JSON; embedded structs without a name of their own are flattened."""
    found: list[_Member] = []
    for field in value.go_type.fields:
        if not field.name[:1].isupper():
            continue
        name, _, options = (field.json or "").partition(",")
        if name == "-" and not options:
            continue
        inner = value.values[field.name]
        if field.embedded and not name and isinstance(inner, GoStruct):
            found.extend(_members(inner))
        else:
            found.append(_Member(name or field.name, inner, "omitempty" in options.split(",")))
    return found


def _is_empty(value: object) -> bool:
    go_type: GoType | None = type_of(value)
    if go_type is None or is_nil(value):
        return True
    if go_type.kind in ("struct", "ptr"):
        return False
    if go_type.kind in ("map", "slice"):
        return not (entries_of(value) if go_type.kind == "map" else items_of(value))
    return not value
