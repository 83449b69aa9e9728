"""Reads the protobuf bodies that kubectl's generators send (`create deployment` …).

Answers are always JSON, so nothing is encoded.  Field numbers come from the registry's
tables; a field without a number there (nested differently in protobuf) is refused, not lost.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry.problems import bad_request, unsupported_media
from pytest_kanister._cluster.registry.schema import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._cluster.registry.schema import Field

__all__ = ["decode"]

_MAGIC = b"k8s\x00"


def decode(body: bytes) -> dict[str, Any]:
    """A `runtime.Unknown` envelope with one object in it.

    Raises:
        BadRequest: it is no such envelope, or a field is not known here.
        ApiError: 415, a kind without a table.
    """
    if not body.startswith(_MAGIC):
        raise bad_request("the body is not a Kubernetes protobuf envelope")
    api_version = kind = ""
    raw = b""
    try:
        for number, value in _fields(body[len(_MAGIC) :]):
            if number == 1:
                for inner, text in _fields(_bytes(value)):
                    if inner == 1:
                        api_version = _bytes(text).decode()
                    elif inner == 2:
                        kind = _bytes(text).decode()
            elif number == 2:
                raw = _bytes(value)
        if fields_of(kind) is None:
            raise unsupported_media(("application/json", "application/yaml"))
        obj = _message(kind, raw)
    except (IndexError, UnicodeDecodeError, ValueError) as error:
        raise bad_request(f"the protobuf body cannot be read: {error}") from None
    return {"apiVersion": api_version, "kind": kind, **obj}


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        wire = tag & 7
        if wire == 0:
            value, position = _varint(data, position)
            yield tag >> 3, value
            continue
        if wire == 2:
            length, position = _varint(data, position)
        else:
            length = {1: 8, 5: 4}[wire]
        if position + length > len(data):
            raise ValueError("it ends in the middle of a field")
        yield tag >> 3, data[position : position + length]
        position += length


def _varint(data: bytes, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (result - (1 << 64) if result >> 63 else result), position
        shift += 7


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("found a number where a text or message was expected")
    return value


def _message(type_name: str, data: bytes) -> dict[str, Any]:
    table = fields_of(type_name) or {}
    by_number = {field.number: field for field in table.values() if field.number}
    result: dict[str, Any] = {}
    for number, value in _fields(data):
        field = by_number.get(number)
        if field is None:
            raise bad_request(
                f"the protobuf field {number} of {type_name} is not known here: send JSON "
                "(kubectl … -o yaml --dry-run=client | kubectl create -f -)"
            )
        if field.shape == "{}":
            key, item = _map_entry(field, _bytes(value))
            result.setdefault(field.name, {})[key] = item
            continue
        decoded = _value(field, value)
        if field.shape == "[]":
            result.setdefault(field.name, []).append(decoded)
        elif decoded is not None and (field.pointer or decoded not in ("", 0, False, {})):
            # Go sends the zero of every field that is no pointer: it means "not given".
            result[field.name] = decoded
        elif field.name in ("metadata", "spec"):
            result[field.name] = {}
    return result


def _map_entry(field: Field, data: bytes) -> tuple[str, Any]:
    key, item = "", _empty(field)
    for number, value in _fields(data):
        if number == 1:
            key = _bytes(value).decode()
        else:
            item = _value(field, value)
    return key, item


def _empty(field: Field) -> Any:
    return "" if field.scalar else {}


def _value(field: Field, value: int | bytes) -> Any:
    kind = field.type
    if isinstance(value, int):
        return bool(value) if kind == "bool" else value
    if kind == "string":
        return value.decode()
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if kind == "quantity":
        return "".join(_bytes(text).decode() for number, text in _fields(value) if number == 1)
    if kind in ("time", "microtime"):
        parts = dict(_fields(value))
        seconds = parts.get(1, 0)
        if not seconds or not isinstance(seconds, int):
            return None
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind == "intstr":
        parts = dict(_fields(value))
        return _bytes(parts.get(3, b"")).decode() if parts.get(1) == 1 else parts.get(2, 0)
    if kind == "any":
        # A client's status is not read on creation anyway.
        if value and field.name != "status":
            raise bad_request(f"{field.name} cannot be read from protobuf here: send JSON")
        return None
    return _message(kind, value)
