"""Snapshots on disk: nothing is lost on the way, and a damaged file is told."""

from __future__ import annotations

import gzip
import json
import stat
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_kanister._data.evidence import load_snapshot, save_snapshot
from pytest_kanister._data.proof import Snapshot, Table, compare
from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister.errors import UsageProblem

COLUMNS = (
    Column("a\n'b", "varchar(9)", Kind.TEXT, "cp1252"),
    Column("ü", "blob", Kind.BINARY),
    Column("f", "double", Kind.FLOAT),
)
ROWS = [
    (b"", None, b"\x80" + 7 * b"\0"),
    (b"x", bytes(range(256)), None),
    (b"x", bytes(range(256)), None),
    (None, b"\n\r\n", b"NULL"),
]
SNAPSHOT = Snapshot(
    "mysql",
    {
        ("d", "t"): Table.of(COLUMNS, ROWS, key=["ü"], definition={"option ENGINE": "InnoDB"}),
        ("d.t", "odd `name`"): Table.of(COLUMNS[:1], []),
    },
    {"database": {("d",): {"collation": "\udcff bytes that are no text"}}, "view": {}},
    {"version": "9.7.4"},
    1234.5,
)


def test_everything_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "before.snapshot"
    save_snapshot(SNAPSHOT, path)
    loaded = load_snapshot(path)
    assert loaded == SNAPSHOT
    assert astuple(loaded) == astuple(SNAPSHOT)  # what equality leaves aside, too
    assert not compare(SNAPSHOT, loaded)
    table = loaded.tables["d", "t"]
    assert [c.charset for c in table.columns] == [c.charset for c in COLUMNS]


def test_only_the_owner_can_read_it_and_no_draft_is_left(tmp_path: Path) -> None:
    path = tmp_path / "before.snapshot"
    path.write_text("former")
    path.chmod(0o644)
    save_snapshot(SNAPSHOT, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_saved_leaves_the_former_file(tmp_path: Path) -> None:
    path = tmp_path / "before.snapshot"
    save_snapshot(SNAPSHOT, path)
    broken = Snapshot("mysql", {}, facts={"version": object()})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        save_snapshot(broken, path)
    assert load_snapshot(path) == SNAPSHOT
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"cannot write the snapshot .*No such file"):
        save_snapshot(SNAPSHOT, tmp_path / "absent" / "x")


def test_every_cut_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x"
    save_snapshot(SNAPSHOT, path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(UsageProblem):
            load_snapshot(path)


def lines(*entries: object) -> bytes:
    return gzip.compress(b"".join(json.dumps(entry).encode() + b"\n" for entry in entries))


HEADER = {
    "kind": "pytest-kanister snapshot", "version": 1, "engine": "mysql", "formatVersion": 1,
    "facts": {}, "takenAt": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "no snapshot"),
        (b"-- MySQL dump", "no snapshot"),
        (lines({"a": 1}), "no snapshot of pytest-kanister"),
        (lines([1]), "no snapshot of pytest-kanister"),
        (lines({**HEADER, "version": 2}), "version 2; this pytest-kanister reads version 1"),
        (lines(HEADER), "a part of a snapshot: 0 rows are there of None"),
        (lines(HEADER, {"rows": 3}), "0 rows are there of 3"),
        (lines(HEADER, {"table": ["t"], "columns": [["a", "b", "no kind", ""]]}), "damaged"),
        (lines(HEADER, {"nonsense": 1}), "damaged"),
        (gzip.compress(b"\xff"), "damaged"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(UsageProblem, match=text):
        load_snapshot(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"cannot read the snapshot .*No such file"):
        load_snapshot(tmp_path / "absent")


CELLS = st.none() | st.binary(max_size=20)


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=20),
    st.text(max_size=9),
    st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_rows_come_back(
    tmp_path: Path, rows: list[tuple[bytes | None, ...]], name: str, properties: dict[str, str]
) -> None:
    table = Table.of(COLUMNS[:2], rows, definition=properties)
    snapshot = Snapshot("mysql", {(name, "t"): table}, {name: {(name,): properties}})
    save_snapshot(snapshot, tmp_path / "x")
    assert load_snapshot(tmp_path / "x") == snapshot
