"""Refusals in Kubernetes' own words: field errors and the Statuses made of them.

Wording follows apimachinery's `api/errors` and `util/validation/field`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_kanister._model.resources import Resource

__all__ = [
    "FieldError",
    "already_exists",
    "bad_request",
    "bad_value",
    "conflict",
    "duplicate",
    "forbidden",
    "forbidden_field",
    "gone",
    "immutable",
    "invalid",
    "method_not_allowed",
    "missing_reference",
    "no_such_path",
    "not_found",
    "not_implemented",
    "required",
    "unsupported",
    "unsupported_media",
]


@dataclass(frozen=True)
class FieldError:
    """One broken rule: `reason` is the Status cause's reason, `message` what follows the field."""

    field: str
    reason: str
    message: str


def _show(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def required(field: str, detail: str = "") -> FieldError:
    """A field that must be given."""
    tail = f": {detail}" if detail else ""
    return FieldError(field, "FieldValueRequired", f"Required value{tail}")


def bad_value(field: str, value: Any, detail: str) -> FieldError:
    """A value that breaks a rule."""
    return FieldError(field, "FieldValueInvalid", f"Invalid value: {_show(value)}: {detail}")


def immutable(field: str, value: Any) -> FieldError:
    """A change of something that must not change."""
    return bad_value(field, value, "field is immutable")


def unsupported(field: str, value: Any, allowed: Sequence[str]) -> FieldError:
    """A value outside an enumeration."""
    names = ", ".join(_show(item) for item in sorted(allowed))
    return FieldError(
        field,
        "FieldValueNotSupported",
        f"Unsupported value: {_show(value)}: supported values: {names}",
    )


def forbidden_field(field: str, detail: str) -> FieldError:
    """A field that must not be given or changed."""
    return FieldError(field, "FieldValueForbidden", f"Forbidden: {detail}")


def duplicate(field: str, value: Any) -> FieldError:
    """A name that stands twice in a list."""
    return FieldError(field, "FieldValueDuplicate", f"Duplicate value: {_show(value)}")


def missing_reference(field: str, value: Any) -> FieldError:
    """A name of something that is not there."""
    return FieldError(field, "FieldValueNotFound", f"Not found: {_show(value)}")


def _details(resource: Resource, name: str = "") -> dict[str, Any]:
    details: dict[str, Any] = {"kind": resource.plural}
    if name:
        details["name"] = name
    if resource.group:
        details["group"] = resource.group
    return details


def not_found(resource: Resource, name: str) -> ApiError:
    """404: no such object."""
    return ApiError.of(
        404, "NotFound", f'{resource.qualified} "{name}" not found', _details(resource, name)
    )


def no_such_path(path: str) -> ApiError:
    """404: nothing is served there; the path is named, which a real server does not do."""
    return ApiError.of(
        404, "NotFound", f"the server could not find the requested resource ({path})"
    )


def not_implemented(what: str) -> ApiError:
    """501: a part of Kubernetes that this cluster does not model."""
    return ApiError.of(501, "NotImplemented", f"the embedded cluster does not model {what}")


def method_not_allowed(resource: Resource, verb: str) -> ApiError:
    """405: the kind does not know the verb."""
    return ApiError.of(
        405,
        "MethodNotAllowed",
        f"{verb} is not supported on resources of kind {_show(resource.qualified)}",
        _details(resource),
    )


def already_exists(resource: Resource, name: str) -> ApiError:
    """409 on create."""
    return ApiError.of(
        409,
        "AlreadyExists",
        f'{resource.qualified} "{name}" already exists',
        _details(resource, name),
    )


_MODIFIED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


def conflict(resource: Resource, name: str, detail: str = _MODIFIED) -> ApiError:
    """409 on update."""
    return ApiError.of(
        409,
        "Conflict",
        f'Operation cannot be fulfilled on {resource.qualified} "{name}": {detail}',
        _details(resource, name),
    )


def forbidden(resource: Resource, name: str, detail: str) -> ApiError:
    """403: understood, but refused."""
    return ApiError.of(
        403,
        "Forbidden",
        f'{resource.qualified} "{name}" is forbidden: {detail}',
        _details(resource, name),
    )


def bad_request(message: str) -> ApiError:
    """400: the request cannot be understood."""
    return ApiError.of(400, "BadRequest", message)


def gone(version: int, oldest: int) -> ApiError:
    """410: a version that is no longer kept."""
    return ApiError.of(410, "Expired", f"too old resource version: {version} ({oldest})")


def unsupported_media(accepted: Iterable[str]) -> ApiError:
    """415: a body that this path does not take."""
    return ApiError.of(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
        + ", ".join(accepted),
    )


def invalid(resource: Resource, name: str, errors: Sequence[FieldError]) -> ApiError:
    """422 with one cause per broken rule."""
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    texts = list(dict.fromkeys(f"{error.field}: {error.message}" for error in errors))
    told = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
    details = _details(resource, name)
    details["kind"] = resource.kind
    details["causes"] = [
        {"reason": error.reason, "message": error.message, "field": error.field} for error in errors
    ]
    return ApiError.of(422, "Invalid", f'{kind} "{name}" is invalid: {told}', details)
