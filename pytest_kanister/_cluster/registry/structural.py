"""Structural schemas, as CRDs hold them: defaults, pruning, validation in Kubernetes' words.

Not checked: `format`, CEL rules (a CRD that has them is refused), `x-kubernetes-list-type`,
`oneOf`, `anyOf`, `allOf` and `not` (`x-kubernetes-int-or-string` is known).
"""

from __future__ import annotations

import re
from typing import Any

from pytest_kanister._cluster.registry.objects import copy_json
from pytest_kanister._cluster.registry.problems import (
    FieldError,
    bad_value,
    forbidden_field,
    required,
    unsupported,
)

__all__ = ["check_schema", "fill_defaults", "prune", "validate"]

Schema = dict[str, Any]

_INT_OR_STRING = "x-kubernetes-int-or-string"
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED = "x-kubernetes-embedded-resource"


def fill_defaults(schema: Schema, value: Any) -> None:
    """Puts the schema's defaults where keys are missing."""
    if isinstance(value, dict):
        for key, inner in (schema.get("properties") or {}).items():
            if key not in value and "default" in inner:
                value[key] = copy_json(inner["default"])
            if key in value:
                fill_defaults(inner, value[key])
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            for key, item in value.items():
                if key not in (schema.get("properties") or {}):
                    fill_defaults(extra, item)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for item in value:
            fill_defaults(schema["items"], item)


def prune(schema: Schema, value: Any, path: str = "", *, top: bool = True) -> list[str]:
    """Drops what the schema does not know, and nulls it does not allow; returns the paths."""
    dropped: list[str] = []
    if isinstance(value, list):
        if isinstance(schema.get("items"), dict):
            for index, item in enumerate(value):
                dropped += prune(schema["items"], item, f"{path}[{index}]", top=False)
        return dropped
    if not isinstance(value, dict):
        return dropped
    properties = schema.get("properties") or {}
    extra = schema.get("additionalProperties")
    envelope = ("apiVersion", "kind", "metadata") if top or schema.get(_EMBEDDED) else ()
    for key in list(value):
        where = f"{path}.{key}" if path else key
        inner = properties.get(key)
        if key in envelope:
            continue
        if inner is None and isinstance(extra, dict):
            inner = extra
        if inner is not None:
            if value[key] is None and not inner.get("nullable"):
                del value[key]  # Go clients send null for an empty map; it counts as left out
            else:
                dropped += prune(inner, value[key], where, top=False)
        elif not (extra is True or schema.get(_PRESERVE)):
            del value[key]
            dropped.append(where)
    return dropped


_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}


def _fits(wanted: str, value: Any) -> bool:
    if isinstance(value, bool) and wanted != "boolean":
        return False
    if wanted == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(wanted, (object,)))


def validate(schema: Schema, value: Any, path: str = "") -> list[FieldError]:
    """The broken rules of a pruned and defaulted value."""
    if value is None and schema.get("nullable"):
        return []
    wanted = schema.get("type")
    shown = path or "<nil>"
    if schema.get(_INT_OR_STRING):
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            return [_wrong_type(path, value, "integer,string")]
    elif wanted and not _fits(wanted, value):
        return [_wrong_type(path, value, wanted)]
    found: list[FieldError] = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(unsupported(shown, value, [str(item) for item in schema["enum"]]))
    if isinstance(value, str):
        found += _text(schema, value, shown)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        found += _number(schema, value, shown)
    elif isinstance(value, list):
        found += _sizes(schema, len(value), shown, "minItems", "maxItems", "items")
        if isinstance(schema.get("items"), dict):
            for index, item in enumerate(value):
                found += validate(schema["items"], item, f"{path}[{index}]")
    elif isinstance(value, dict):
        found += _sizes(schema, len(value), shown, "minProperties", "maxProperties", "properties")
        found += _object(schema, value, path)
    return found


def _object(schema: Schema, value: dict[str, Any], path: str) -> list[FieldError]:
    found = [
        required(f"{path}.{key}" if path else key)
        for key in schema.get("required") or ()
        if key not in value
    ]
    properties = schema.get("properties") or {}
    extra = schema.get("additionalProperties")
    for key, item in value.items():
        where = f"{path}.{key}" if path else key
        if path == "" and key in ("apiVersion", "kind", "metadata"):
            continue
        inner = properties.get(key)
        if inner is None and isinstance(extra, dict):
            inner = extra
        if inner is not None:
            found += validate(inner, item, where)
    return found


def _wrong_type(path: str, value: Any, wanted: str) -> FieldError:
    name = _NAMES.get(type(value), "integer" if isinstance(value, int) else "number")
    where = path or "<nil>"
    return FieldError(
        where,
        "FieldValueTypeInvalid",
        f'Invalid value: "{name}": {path} in body must be of type {wanted}: "{name}"',
    )


def _text(schema: Schema, value: str, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    if len(value) < schema.get("minLength", 0):
        found.append(
            bad_value(
                path, value, f"{path} in body should be at least {schema['minLength']} chars long"
            )
        )
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        found.append(
            FieldError(
                path,
                "FieldValueTooLong",
                f"Too long: may not be more than {schema['maxLength']} bytes",
            )
        )
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(bad_value(path, value, f"{path} in body should match '{schema['pattern']}'"))
    return found


def _number(schema: Schema, value: float, path: str) -> list[FieldError]:
    found: list[FieldError] = []
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None:
        open_end = bool(schema.get("exclusiveMinimum"))
        if value < low or (open_end and value == low):
            words = "greater than" if open_end else "greater than or equal to"
            found.append(bad_value(path, value, f"{path} in body should be {words} {low}"))
    if high is not None:
        open_end = bool(schema.get("exclusiveMaximum"))
        if value > high or (open_end and value == high):
            words = "less than" if open_end else "less than or equal to"
            found.append(bad_value(path, value, f"{path} in body should be {words} {high}"))
    if schema.get("multipleOf") and value % schema["multipleOf"]:
        found.append(
            bad_value(path, value, f"{path} in body should be a multiple of {schema['multipleOf']}")
        )
    return found


def _sizes(
    schema: Schema, size: int, path: str, least: str, most: str, what: str
) -> list[FieldError]:
    found: list[FieldError] = []
    if size < schema.get(least, 0):
        found.append(
            bad_value(path, size, f"{path} in body should have at least {schema[least]} {what}")
        )
    if most in schema and size > schema[most]:
        found.append(
            FieldError(
                path,
                "FieldValueTooMany",
                f"Too many: {size}: must have at most {schema[most]} items",
            )
        )
    return found


def check_schema(schema: Schema, path: str) -> list[FieldError]:
    """Whether a CRD's schema is structural, and none of it is beyond this cluster."""
    found: list[FieldError] = []
    if not (schema.get("type") or schema.get(_INT_OR_STRING) or schema.get(_PRESERVE)):
        found.append(required(f"{path}.type", "must not be empty for specified object fields"))
    if schema.get("x-kubernetes-validations"):
        found.append(
            forbidden_field(
                f"{path}.x-kubernetes-validations",
                "the embedded cluster cannot evaluate CEL rules",
            )
        )
    for key, inner in (schema.get("properties") or {}).items():
        if path.endswith("openAPIV3Schema") and key in ("apiVersion", "kind", "metadata"):
            continue
        found += check_schema(inner, f"{path}.properties[{key}]")
    if isinstance(schema.get("items"), dict):
        found += check_schema(schema["items"], f"{path}.items")
    if isinstance(schema.get("additionalProperties"), dict):
        found += check_schema(schema["additionalProperties"], f"{path}.additionalProperties")
    return found
