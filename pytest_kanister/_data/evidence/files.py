"""One snapshot in one file, line by line, so that memory holds no second copy of it.

A file is gzip around lines of JSON: a header, then each object of the inventory, then each table
followed by its rows, then a last line that says how many rows there were.  A row is
`[times, cell, …]`; a cell is null or a text whose characters are its bytes (Latin-1).
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._data.proof.snapshot import Snapshot, Table
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_kanister._data.proof.canonical import Row
    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["load_snapshot", "save_snapshot"]

KIND = "pytest-kanister snapshot"
VERSION = 1
"""Of the file; the canonical forms inside have one of their own."""

_QUICK = 1  # gzip: the text of rows gets hardly smaller with more effort


def save_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Writes the file whole or not at all; only its owner can read it, as it holds data.

    Raises:
        UsageProblem: it cannot be written there.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_QUICK, mtime=0) as body:
                    for entry in _entries(snapshot):
                        body.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageProblem(f"cannot write the snapshot {path}: {error.strerror}") from None


def load_snapshot(path: Path) -> Snapshot:
    """What `save_snapshot` wrote, equal in everything.

    Raises:
        UsageProblem: there is no such file, it is no snapshot, one of another version, or cut.
    """
    try:
        with gzip.open(path, "rb") as body:
            return _read(body, path)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise UsageProblem(f"{path} is no snapshot, or only a part of one: {error}") from None
    except OSError as error:
        raise UsageProblem(f"cannot read the snapshot {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UsageProblem(f"{path} is a damaged snapshot: {error!r}") from None


def _entries(snapshot: Snapshot) -> Iterator[Any]:
    yield {
        "kind": KIND,
        "version": VERSION,
        "engine": snapshot.engine,
        "formatVersion": snapshot.format_version,
        "facts": dict(snapshot.facts),
        "takenAt": snapshot.taken_at_s,
    }
    for kind, items in snapshot.inventory.items():
        yield {"class": kind}  # an empty class was looked at, too
        for name, properties in items.items():
            yield {"name": name, "properties": properties}
    for name, table in snapshot.tables.items():
        yield {
            "table": name,
            "columns": [[c.name, c.type, c.kind.value, c.charset] for c in table.columns],
            "key": table.key,
            "definition": table.definition,
        }
        for row, times in table.rows.items():
            yield [times, *(None if cell is None else cell.decode("latin-1") for cell in row)]
    yield {"rows": snapshot.row_count}


def _read(body: gzip.GzipFile, path: Path) -> Snapshot:
    header = json.loads(body.readline() or b"{}")
    if not isinstance(header, dict) or header.get("kind") != KIND:
        raise UsageProblem(f"{path} is no snapshot of pytest-kanister")
    if header["version"] != VERSION:
        raise UsageProblem(
            f"{path} is a snapshot file of version {header['version']}; "
            f"this pytest-kanister reads version {VERSION}"
        )
    inventory: dict[str, dict[Name, Properties]] = {}
    objects: dict[Name, Properties] = {}
    tables: dict[Name, Table] = {}
    rows: Counter[Row] = Counter()
    count, told = 0, None
    for line in body:
        entry = json.loads(line)
        if isinstance(entry, list):
            times, *cells = entry
            rows[tuple(None if c is None else c.encode("latin-1") for c in cells)] = times
            count += times
        elif "name" in entry:
            objects[tuple(entry["name"])] = entry["properties"]
        elif "class" in entry:
            objects = inventory[entry["class"]] = {}
        elif "table" in entry:
            rows = Counter()
            columns = tuple(Column(n, t, Kind(k), charset) for n, t, k, charset in entry["columns"])
            key, definition = tuple(entry["key"]), entry["definition"]
            tables[tuple(entry["table"])] = Table(columns, rows, key, definition)
        else:
            told = entry["rows"]
    if told != count:
        raise UsageProblem(f"{path} is a part of a snapshot: {count} rows are there of {told}")
    return Snapshot(
        engine=header["engine"],
        tables=tables,
        inventory=inventory,
        facts=header["facts"],
        taken_at_s=header["takenAt"],
        format_version=header["formatVersion"],
    )
