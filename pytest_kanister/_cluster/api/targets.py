"""What a URL path names."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

__all__ = ["Target", "parse_target"]


@dataclass(frozen=True)
class Target:
    """A resource path, taken apart.

    Attributes:
        group: API group, empty for core.
        version: version in the group.
        namespace: None when the path names none.
        plural: resource.
        name: object; empty for the collection.
        subresource: what follows the name.
    """

    group: str
    version: str
    namespace: str | None
    plural: str
    name: str = ""
    subresource: str = ""


def parse_target(path: str) -> Target | None:
    """The target of `/api/v1/…` or `/apis/group/version/…`; None for any other path."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[0] == "api" and len(parts) > 2:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = None
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    if len(rest) > 3 or not rest[0]:
        return None
    name, subresource = (*rest[1:], "", "")[:2]
    return Target(group, version, namespace, rest[0], name, subresource)
