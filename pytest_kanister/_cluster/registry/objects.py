"""Small helpers over wire objects: copies, metadata, time stamps, random name suffixes."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["copy_json", "dig", "key_of", "meta", "name_of", "namespace_of", "now", "suffix"]

_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""Kubernetes leaves out vowels and look-alikes in generated names."""


def copy_json(value: Any) -> Any:
    """A deep copy of JSON data, several times faster than `copy.deepcopy`."""
    if isinstance(value, dict):
        return {key: copy_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy_json(item) for item in value]
    return value


def meta(obj: Object) -> Object:
    """The object's metadata, made when missing."""
    found = obj.get("metadata")
    if not isinstance(found, dict):
        found = obj["metadata"] = {}
    return found


def name_of(obj: Object) -> str:
    """`metadata.name`, or an empty text."""
    return str((obj.get("metadata") or {}).get("name") or "")


def namespace_of(obj: Object) -> str:
    """`metadata.namespace`, or an empty text."""
    return str((obj.get("metadata") or {}).get("namespace") or "")


def key_of(obj: Object) -> tuple[str, str]:
    """(namespace, name): how the store sorts objects."""
    return namespace_of(obj), name_of(obj)


def dig(obj: Any, *path: str) -> Any:
    """The value under a path of keys; None as soon as something is missing."""
    for step in path:
        if not isinstance(obj, dict):
            return None
        obj = obj.get(step)
    return obj


def now() -> str:
    """The current time as Kubernetes writes it (`metav1.Time`, whole seconds, UTC)."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def suffix(length: int = 5) -> str:
    """Random end of a generated name."""
    return "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(length))
