"""How a Profile's prefix and a path make an object's key."""

from __future__ import annotations

import posixpath

__all__ = ["object_key"]


def object_key(prefix: str, path: str) -> str:
    """Joins and cleans as Go's path.Join does, then drops one leading slash.

    Double slashes, `.`, `..` and a slash at the end go; the bucket's name is never looked at.
    Prefix and path empty give the empty key (on delete: the whole bucket).
    """
    parts = [part for part in (prefix, path) if part]
    if not parts:
        return ""
    joined = posixpath.normpath("/".join(parts))
    # POSIX keeps exactly two leading slashes; Go does not.
    if joined.startswith("//"):
        joined = joined[1:]
    return joined.removeprefix("/")
