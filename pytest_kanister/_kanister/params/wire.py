"""API objects (JSON) as the plain data that `gotemplate.decode` makes typed values of."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.params.types import TYPES

if TYPE_CHECKING:
    from pytest_kanister._kanister.gotemplate.types import GoType
    from pytest_kanister._model.api import Object

__all__ = ["from_wire"]


def from_wire(type_name: str, value: Any) -> Any:
    """Renames JSON keys to Go's field names, as Go's decoder does; unknown keys are dropped.

    The object's kind and apiVersion are dropped, too: Go's typed client leaves them empty.

    Args:
        type_name: a type of `types.TYPES`, e.g. `v1.Secret`.
        value: the object as the API sent it.
    """
    return _convert(TYPES.type(type_name), value)


def _convert(go_type: GoType, value: Any) -> Any:
    if value is None:
        return None
    if go_type.kind == "ptr":
        return _convert(go_type.elem, value)
    if go_type.name == "[]uint8":
        return base64.b64decode(value)
    if go_type.kind == "struct" and go_type.fields:
        return _struct(go_type, value)
    if go_type.kind == "map" and not go_type.elem.is_interface:
        return {key: _convert(go_type.elem, item) for key, item in value.items()}
    if go_type.kind == "slice" and not go_type.elem.is_interface:
        return [_convert(go_type.elem, item) for item in value]
    return value


def _struct(go_type: GoType, value: Object) -> Object:
    plain: Object = {}
    for field in go_type.fields:
        name = (field.json or "").split(",")[0] or field.name
        if field.name != "TypeMeta" and name in value:
            plain[field.name] = _convert(go_type.field_type(field), value[name])
    return plain
