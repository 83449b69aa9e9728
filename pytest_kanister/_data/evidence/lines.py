"""A snapshot as lines of JSON, so that memory holds no second copy of it.

A header, then each object of the inventory, then each table followed by its rows, then a last
line that says how many rows there were.  A row is `[times, cell, …]`; a cell is null or a text
whose characters are its bytes (Latin-1).  A table of digests has no rows but `digests`: their
form, number, sum and the name of what holds them.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._data.proof.digests import RowDigests
from pytest_kanister._data.proof.encoding import encoding_named
from pytest_kanister._data.proof.snapshot import Snapshot, Table
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pytest_kanister._data.proof.canonical import Row
    from pytest_kanister._data.proof.digests import Runs
    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["lines_of", "snapshot_of"]

KIND = "pytest-kanister snapshot"


def lines_of(snapshot: Snapshot, version: int, runs: Mapping[Name, str]) -> Iterator[bytes]:
    """The lines.

    Args:
        snapshot: what they say.
        version: of the file.
        runs: where the digests of a table are kept, by table.
    """
    for entry in _entries(snapshot, version, runs):
        yield json.dumps(entry, separators=(",", ":")).encode() + b"\n"


def _entries(snapshot: Snapshot, version: int, runs: Mapping[Name, str]) -> Iterator[Any]:
    yield {
        "kind": KIND,
        "version": version,
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
            **_digests(table, runs.get(name)),
        }
        for row, times in table.rows.items():
            yield [times, *(None if cell is None else cell.decode("latin-1") for cell in row)]
    yield {"rows": snapshot.row_count}


def _digests(table: Table, runs: str | None) -> dict[str, Any]:
    digests = table.digests
    if digests is None:
        return {}
    words = {"encoding": digests.encoding, "count": digests.count, "total": f"{digests.total:x}"}
    return {"digests": {**words, "runs": runs}}


def snapshot_of(
    lines: Iterable[bytes],
    version: int,
    open_runs: Callable[[str, int, int], Runs] | None = None,
) -> Snapshot:
    """What `lines_of` said.

    Args:
        lines: with their ends or without.
        version: the one that is expected.
        open_runs: opens what bears that name and holds so many digests of that sum.

    Raises:
        UsageProblem: another version, no snapshot, or a part of one.
        ValueError: no JSON.
        KeyError: an entry lacks something, as others of `LookupError`, TypeError, AttributeError.
    """
    each = iter(lines)
    header = json.loads(next(each, b"{}"))
    if not isinstance(header, dict) or header.get("kind") != KIND:
        raise UsageProblem("no snapshot of pytest-kanister")
    if header["version"] != version:
        raise UsageProblem(
            f"a snapshot file of version {header['version']}; "
            f"this pytest-kanister reads version {version}"
        )
    inventory: dict[str, dict[Name, Properties]] = {}
    objects: dict[Name, Properties] = {}
    tables: dict[Name, Table] = {}
    rows: Counter[Row] = Counter()
    count, told = 0, None
    for line in each:
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
            table = _table(entry, open_runs)
            tables[tuple(entry["table"])] = table
            rows = table.rows
            count += table.row_count
        else:
            told = entry["rows"]
    if told != count:
        raise UsageProblem(f"a part of a snapshot: {count} rows are there of {told}")
    return Snapshot(
        engine=header["engine"],
        tables=tables,
        inventory=inventory,
        facts=header["facts"],
        taken_at_s=header["takenAt"],
        format_version=header["formatVersion"],
    )


def _table(entry: dict[str, Any], open_runs: Callable[[str, int, int], Runs] | None) -> Table:
    columns = tuple(Column(n, t, Kind(k), charset) for n, t, k, charset in entry["columns"])
    digests = None
    if told := entry.get("digests"):
        encoding = encoding_named(told["encoding"]).name
        count, total = int(told["count"]), int(told["total"], 16)
        runs = open_runs(told["runs"], count, total) if open_runs and told["runs"] else None
        digests = RowDigests(encoding, count, total, runs)
    return Table(columns, Counter(), tuple(entry["key"]), entry["definition"], digests)
