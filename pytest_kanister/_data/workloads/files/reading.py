"""The program's lines as a `Snapshot`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._data.proof.snapshot import Snapshot, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["snapshot_of"]

_PATH = Column("path", "bytes", Kind.TEXT)

_ENTRY = (
    _PATH,
    Column("kind", "word", Kind.TEXT),
    Column("mode", "octal", Kind.TEXT),
    Column("uid", "number", Kind.INTEGER),
    Column("gid", "number", Kind.INTEGER),
    Column("mtime ns", "nanoseconds since the epoch", Kind.INTEGER),
    Column("bytes", "number", Kind.INTEGER),
    Column("content", "SHA-256", Kind.TEXT),
    Column("target", "bytes", Kind.TEXT),
    Column("same file as", "bytes", Kind.TEXT),
    Column("sparse", "yes or no", Kind.TEXT),
)

_XATTR = (_PATH, Column("name", "bytes", Kind.TEXT), Column("value", "bytes", Kind.BINARY))

_NODES_OWN = "security.selinux"
"""The label that a node gives to whatever it mounts."""


def snapshot_of(entries: Iterable[Mapping[str, Any]], facts: Mapping[str, str]) -> Snapshot:
    """One row for each name, one for each extended attribute."""
    rows, attributes = [], []
    for entry in entries:
        path = _raw(entry["path"])
        rows.append(
            (
                path,
                entry["kind"].encode(),
                entry["mode"].encode(),
                _number(entry["uid"]),
                _number(entry["gid"]),
                _number(entry["mtime"]),
                _number(entry.get("size")),
                _raw(entry.get("content")),
                _raw(entry.get("target")),
                _raw(entry.get("same")),
                (b"yes" if entry["sparse"] else b"no") if "sparse" in entry else None,
            )
        )
        attributes += [
            (path, _raw(name), _raw(value))
            for name, value in entry["xattrs"].items()
            if name != _NODES_OWN
        ]
    return Snapshot(
        "files",
        {
            ("entry",): Table.of(_ENTRY, rows, key=["path"]),
            ("xattr",): Table.of(_XATTR, attributes, key=["path", "name"]),
        },
        {},
        facts,
        time.time(),
    )


def _raw(text: str | None) -> bytes | None:
    return None if text is None else text.encode("latin-1")


def _number(number: int | None) -> bytes | None:
    return None if number is None else b"%d" % number
