"""How names, labels and keys may be spelled.

Rules and wording are apimachinery's `util/validation`; every function returns the complaints,
so an empty list means that the value is fine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry.problems import FieldError, bad_value, required

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "check_annotations",
    "check_data_keys",
    "check_labels",
    "check_name",
    "config_key",
    "dns_label",
    "label_value",
    "path_segment",
    "qualified_name",
    "service_name",
    "subdomain",
]

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_SERVICE = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_VALUE = r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_KEY = r"[-._a-zA-Z0-9]+"

_is_label = re.compile(_LABEL).fullmatch
_is_subdomain = re.compile(_SUBDOMAIN).fullmatch
_is_service = re.compile(_SERVICE).fullmatch
_is_value = re.compile(_VALUE).fullmatch
_is_qualified = re.compile(_QUALIFIED).fullmatch
_is_key = re.compile(_KEY).fullmatch


def _too_long(limit: int) -> str:
    return f"must be no more than {limit} characters"


def dns_label(name: str) -> list[str]:
    """RFC 1123 label: namespaces, containers, volumes."""
    found = [_too_long(63)] if len(name) > 63 else []
    if not _is_label(name):
        found.append(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
            "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
            f"'123-abc', regex used for validation is '{_LABEL}')"
        )
    return found


def subdomain(name: str) -> list[str]:
    """RFC 1123 subdomain: most objects' names."""
    found = [_too_long(253)] if len(name) > 253 else []
    if not _is_subdomain(name):
        found.append(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
            "'-' or '.', and must start and end with an alphanumeric character (e.g. "
            f"'example.com', regex used for validation is '{_SUBDOMAIN}')"
        )
    return found


def service_name(name: str) -> list[str]:
    """RFC 1035 label: Services."""
    found = [_too_long(63)] if len(name) > 63 else []
    if not _is_service(name):
        found.append(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start "
            "with an alphabetic character, and end with an alphanumeric character (e.g. "
            f"'my-name',  or 'abc-123', regex used for validation is '{_SERVICE}')"
        )
    return found


def path_segment(name: str) -> list[str]:
    """Whatever fits into a URL path: RBAC objects (`system:admin`)."""
    if name in (".", ".."):
        return [f"may not be '{name}'"]
    return [f"may not contain '{sign}'" for sign in "/%" if sign in name]


def label_value(value: str) -> list[str]:
    """The right side of a label."""
    found = [_too_long(63)] if len(value) > 63 else []
    if not _is_value(value):
        found.append(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', "
            "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  "
            f"or 'my_value',  or '12345', regex used for validation is '{_VALUE}')"
        )
    return found


def qualified_name(key: str) -> list[str]:
    """A label's or annotation's key: optional DNS prefix, slash, name."""
    prefix, slash, name = key.rpartition("/")
    found = []
    if slash and not prefix:
        found.append("prefix part must be non-empty")
    elif slash:
        found += [f"prefix part {text}" for text in subdomain(prefix)]
    if not name:
        return [*found, "name part must be non-empty"]
    if len(name) > 63:
        found.append(f"name part {_too_long(63)}")
    if not _is_qualified(name):
        found.append(
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start "
            "and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
            f"regex used for validation is '{_QUALIFIED}')"
        )
    return found


def config_key(key: str) -> list[str]:
    """A key in a ConfigMap or Secret."""
    found = [_too_long(253)] if len(key) > 253 else []
    if not _is_key(key):
        found.append(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
            f"'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '{_KEY}')"
        )
    elif key in (".", ".."):
        found.append(f"must not be '{key}'")
    return found


def check_labels(labels: Mapping[str, str], field: str) -> list[FieldError]:
    """Keys and values of a label map."""
    found = [bad_value(field, key, text) for key in labels for text in qualified_name(key)]
    for value in labels.values():
        found += [bad_value(field, value, text) for text in label_value(value)]
    return found


def check_annotations(annotations: Mapping[str, str], field: str) -> list[FieldError]:
    """Keys (upper case allowed in the prefix) and the total size of 256 KiB."""
    found = [
        bad_value(field, key, text) for key in annotations for text in qualified_name(key.lower())
    ]
    size = sum(len(key) + len(value.encode()) for key, value in annotations.items())
    if size > 256 * 1024:
        found.append(
            FieldError(field, "FieldValueTooLong", "Too long: may not be more than 262144 bytes")
        )
    return found


def check_data_keys(data: Mapping[str, Any], field: str) -> list[FieldError]:
    """Keys of a ConfigMap or Secret."""
    return [bad_value(f"{field}[{key}]", key, text) for key in data for text in config_key(key)]


def check_name(name: str, rule: Callable[[str], list[str]], field: str) -> list[FieldError]:
    """One required name against one rule."""
    if not name:
        return [required(field)]
    return [bad_value(field, name, text) for text in rule(name)]
