"""The field tables of the built-in kinds, and what is checked with them.

`types/*.types` list each type's fields with protobuf number, type and strategic merge key.
They serve four readers: `conform` (JSON bodies), the protobuf decoder, strategic merge patches
and the OpenAPI documents.

Checked here: JSON types, base64, unknown fields.  Not checked: anything inside a field of type
`any` (affinity, exotic volume sources, conditions …), enumerations and cross-field rules, the
last two being the strategies' task where Kanister's world meets them.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pytest_kanister._cluster.registry.problems import bad_request

__all__ = ["Field", "conform", "fields_of"]

_SCALARS = frozenset(
    {"string", "int", "bool", "quantity", "time", "microtime", "intstr", "bytes", "any"}
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a built-in type.

    Attributes:
        name: as in JSON.
        number: protobuf field number; 0 when it is nested in protobuf, so not decodable here.
        type: a scalar (`string`, `int`, `intstr` …) or the name of another type.
        shape: empty for a single value, `[]` for a list, `{}` for a map of strings to `type`.
        pointer: zero is a value of its own.
        merge_key: strategic merge key; `*` for a set of scalars; empty for atomic lists.
    """

    name: str
    number: int
    type: str
    shape: str
    pointer: bool
    merge_key: str

    @property
    def scalar(self) -> bool:
        """Whether `type` is not a type of its own."""
        return self.type in _SCALARS


@cache
def _types() -> dict[str, dict[str, Field]]:
    found: dict[str, dict[str, Field]] = {}
    current: dict[str, Field] = {}
    for name in ("meta", "core", "pods", "workloads", "cluster"):
        text = files(__package__).joinpath("types", f"{name}.types").read_text("utf-8")
        for line in text.splitlines():
            if not line or line[0] == "#":
                continue
            if line[0] != " ":
                current = found[line] = {}
                continue
            number, field, spelled, *more = line.split()
            shape = spelled[:2] if spelled[:2] in ("[]", "{}") else ""
            current[field] = Field(
                field,
                int(number),
                spelled.removeprefix(shape).removesuffix("?"),
                shape,
                spelled.endswith("?"),
                more[0].removeprefix("merge=") if more else "",
            )
    return found


def fields_of(type_name: str) -> dict[str, Field] | None:
    """The fields of a type by name; None when it has no table (custom resources, `any`)."""
    return _types().get(type_name)


def conform(type_name: str, obj: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The object without nulls and unknown fields, and the paths of the unknown ones.

    As in Kubernetes a wrong JSON type is a 400 and an unknown field is dropped, which is told
    or refused according to `fieldValidation`.

    Raises:
        BadRequest: a value of the wrong type, or data that is not base64.
    """
    unknown: list[str] = []
    return _object(type_name, type_name, obj, "", unknown), unknown


def _object(root: str, type_name: str, value: Any, path: str, unknown: list[str]) -> Any:
    table = _types()[type_name]
    if not isinstance(value, dict):
        raise _mismatch(root, value, path, type_name)
    result = {}
    for key, item in value.items():
        field = table.get(key)
        where = f"{path}.{key}" if path else key
        if field is None:
            if key in ("apiVersion", "kind") and "metadata" in table:
                result[key] = item
            else:
                unknown.append(where)
            continue
        if item is None:
            continue
        if field.shape == "[]":
            if not isinstance(item, list):
                raise _mismatch(root, item, where, f"[]{field.type}")
            result[key] = [
                _value(root, field.type, entry, f"{where}[{index}]", unknown)
                for index, entry in enumerate(item)
            ]
        elif field.shape == "{}":
            if not isinstance(item, dict):
                raise _mismatch(root, item, where, f"map[string]{field.type}")
            result[key] = {
                name: _value(root, field.type, entry, f"{where}.{name}", unknown)
                for name, entry in item.items()
                if entry is not None or field.type != "quantity"
            }
        else:
            result[key] = _value(root, field.type, item, where, unknown)
    return result


def _value(root: str, type_name: str, value: Any, path: str, unknown: list[str]) -> Any:
    if type_name not in _SCALARS:
        return _object(root, type_name, value, path, unknown)
    kind = type(value)
    if type_name == "string":
        if value is None:
            return ""
        fits = kind is str
    elif type_name == "int":
        fits = kind is int
    elif type_name == "bool":
        fits = kind is bool
    elif type_name == "intstr":
        fits = kind is int or kind is str
    elif type_name == "quantity":
        if kind is int or kind is float:
            return str(value)
        fits = kind is str
    elif type_name == "bytes":
        return _bytes(root, value, path)
    elif type_name == "any":
        return value
    else:  # time, microtime
        fits = kind is str
    if not fits:
        raise _mismatch(root, value, path, type_name)
    return value


def _bytes(root: str, value: Any, path: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _mismatch(root, value, path, "[]uint8")
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise bad_request(
            f'{root} in version "v1" cannot be handled as a {root}: illegal base64 data ({path})'
        ) from None
    return value


_JSON_NAMES = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "bool",
    int: "number",
    float: "number",
    type(None): "null",
}


def _mismatch(root: str, value: Any, path: str, wanted: str) -> Exception:
    found = _JSON_NAMES.get(type(value), type(value).__name__)
    return bad_request(
        f'{root} in version "v1" cannot be handled as a {root}: json: cannot unmarshal {found} '
        f"into Go struct field {root}.{path} of type {wanted}"
    )
