"""Slash-separated paths: Go's `path` package."""

from __future__ import annotations

from .registry import Family

paths = Family()


@paths.add("clean", "string -> string")
def clean(path: str) -> str:
    """Go's `path.Clean`: the shortest equivalent path."""
    rooted = path.startswith("/")
    kept: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            kept.append(part)
        elif kept and kept[-1] != "..":
            kept.pop()
        elif not rooted:
            kept.append(part)
    return "/" + "/".join(kept) if rooted else "/".join(kept) or "."


@paths.add("base", "string -> string")
def _base(path: str) -> str:
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


@paths.add("dir", "string -> string")
def _dir(path: str) -> str:
    return clean(path[: path.rfind("/") + 1])


@paths.add("ext", "string -> string")
def _ext(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else ""


@paths.add("isAbs", "string -> bool")
def _is_abs(path: str) -> bool:
    return path.startswith("/")
