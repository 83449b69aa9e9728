"""From plain dictionaries to typed Go values."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from .times.clock import GoTime
from .types import COMPLEXES, FLOATS, SIGNED, UNSIGNED, GoType, TypeTable
from .values import GoStruct, Int, NamedString, NilPtr, Ptr, TypedMap, TypedSlice

if TYPE_CHECKING:
    from collections.abc import Mapping


def decode(table: TypeTable, type_name: str, plain: object) -> object:
    """Build the value of a Go type from plain data.

    Args:
        table: where the types are declared.
        type_name: Go type expression, e.g. `param.TemplateParams` or `map[string][]byte`.
        plain: dictionaries for structs and maps (absent fields become zero values, unknown ones are
            refused; keys of integer maps may be texts), lists, scalars, bytes or `{"$bytes":
            base64}` for []byte, RFC 3339 text for times, None for nil. Under an interface type:
            whatever `decode_plain` takes.

    Raises:
        ValueError: the data do not fit the type; the text says where.
    """
    return _decode(table.type(type_name), plain, table, type_name)


def decode_plain(table: TypeTable, plain: object) -> object:
    """Build an untyped value: what is in an interface.

    Args:
        table: where the types are declared.
        plain: plain data; `{"$bytes": base64}` is []byte and `{"$go": TYPE, "value": …}` a value of
            that Go type.
    """
    if isinstance(plain, dict):
        if plain.keys() == {"$bytes"}:
            return base64.b64decode(plain["$bytes"])
        if plain.keys() == {"$go", "value"}:
            return decode(table, plain["$go"], plain["value"])
        return {key: decode_plain(table, value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [decode_plain(table, item) for item in plain]
    return plain


def zero(go_type: GoType) -> object:
    """Go's zero value of a type."""
    return _decode(go_type, None, go_type.table, go_type.name)


def _decode(go_type: GoType, plain: object, table: TypeTable, where: str) -> object:
    kind = go_type.kind
    if kind == "interface":
        return decode_plain(table, plain)
    if kind == "ptr":
        if plain is None:
            return NilPtr(go_type)
        return Ptr(go_type, _decode(go_type.elem, plain, table, where))
    if kind == "struct":
        return _decode_struct(go_type, plain, table, where)
    if kind == "map":
        return _decode_map(go_type, plain, table, where)
    if kind == "slice":
        return _decode_slice(go_type, plain, table, where)
    return _decode_basic(go_type, plain, where)


def _decode_struct(go_type: GoType, plain: object, table: TypeTable, where: str) -> object:
    if go_type.name in ("time.Time", "v1.Time"):
        if isinstance(plain, GoTime):
            return plain
        return GoTime.from_rfc3339(plain, go_type) if isinstance(plain, str) else GoTime.zero()
    given = _mapping(plain, go_type, where)
    unknown = given.keys() - {field.name for field in go_type.fields}
    if unknown:
        raise ValueError(f"{where}: {go_type.name} has no field {', '.join(sorted(unknown))}")
    return GoStruct(
        go_type,
        {
            field.name: _decode(
                go_type.field_type(field), given.get(field.name), table, f"{where}.{field.name}"
            )
            for field in go_type.fields
        },
    )


def _decode_map(go_type: GoType, plain: object, table: TypeTable, where: str) -> object:
    if isinstance(plain, TypedMap):
        return plain
    if plain is None:
        return TypedMap(go_type, None)
    entries = {
        _decode_key(go_type.key, key, where): _decode(
            go_type.elem, value, table, f"{where}[{key!r}]"
        )
        for key, value in _mapping(plain, go_type, where).items()
    }
    return entries if go_type.name == "map[string]interface {}" else TypedMap(go_type, entries)


def _decode_key(go_type: GoType, key: object, where: str) -> object:
    if go_type.kind in SIGNED | UNSIGNED:
        return _decode_basic(go_type, int(str(key)), where)
    return _decode_basic(go_type, key, where)


def _decode_slice(go_type: GoType, plain: object, table: TypeTable, where: str) -> object:
    if plain is None:
        return TypedSlice(go_type, None)
    if go_type.name == "[]uint8":
        if isinstance(plain, dict) and plain.keys() == {"$bytes"}:
            return base64.b64decode(plain["$bytes"])
        if isinstance(plain, bytes):
            return plain
        raise ValueError(f"{where}: expected bytes for {go_type.name}, found {_name(plain)}")
    if not isinstance(plain, list | tuple):
        raise ValueError(f"{where}: expected a list for {go_type.name}, found {_name(plain)}")
    items = [_decode(go_type.elem, item, table, f"{where}[{n}]") for n, item in enumerate(plain)]
    return items if go_type.name == "[]interface {}" else TypedSlice(go_type, items)


def _decode_basic(go_type: GoType, plain: object, where: str) -> object:
    kind = go_type.kind
    if kind == "bool" and isinstance(plain, bool | None):
        return bool(plain)
    if kind == "string" and isinstance(plain, str | None):
        return (plain or "") if go_type.name == "string" else NamedString(go_type, plain or "")
    if kind in SIGNED | UNSIGNED and isinstance(plain, int | None):
        number = int(plain or 0)
        return number if go_type.name == "int64" else Int(number, go_type)
    if kind in FLOATS | COMPLEXES and isinstance(plain, int | float | complex | None):
        return float(plain or 0) if isinstance(plain, int | float | None) else plain
    raise ValueError(f"{where}: expected {go_type.name}, found {_name(plain)}")


def _mapping(plain: object, go_type: GoType, where: str) -> Mapping[str, object]:
    if plain is None:
        return {}
    if not isinstance(plain, dict):
        raise ValueError(f"{where}: expected a dict for {go_type.name}, found {_name(plain)}")
    return plain


def _name(plain: object) -> str:
    return type(plain).__name__
