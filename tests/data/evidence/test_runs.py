"""Digests on disk: saved, loaded, compared offline; never equal when damaged; never left behind."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from pytest_kanister._data.evidence import load_snapshot, save_snapshot
from pytest_kanister._data.evidence.runs import RunFile, StoredRuns
from pytest_kanister._data.proof import Collector, Snapshot, Table, collect, compare
from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._data.proof.encoding import LENGTHS
from pytest_kanister.errors import EnvironmentProblem, Unverified, UsageProblem

COLUMNS = (Column("id", "int", Kind.INTEGER), Column("name", "text", Kind.TEXT))
ROWS = [LENGTHS.encode((b"%d" % i, b"row %d" % i)) for i in range(600)]


def table(
    rows: Sequence[bytes] = ROWS, *, key: Sequence[str] = ("id",), full_rows: int = 0
) -> Table:
    collector = Collector(RunFile().table, full_rows=full_rows)
    return collector.table(COLUMNS, [rows], encoding=LENGTHS, key=key)


def snapshot(**tables: Table) -> Snapshot:
    return Snapshot("mysql", {("d", name): each for name, each in tables.items()}, {"view": {}})


MIXED = {"keyed": table(), "keyless": table(key=()), "small": table(ROWS[:9], full_rows=9)}


def test_everything_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "before"
    save_snapshot(snapshot(**MIXED), path)
    loaded = load_snapshot(path)
    assert loaded == snapshot(**MIXED)
    assert not compare(snapshot(**MIXED), loaded)
    assert loaded.row_count == 1209
    assert loaded.summary() == "3 tables, 1209 rows (2 of the tables as digests)"
    again = tmp_path / "again"
    save_snapshot(loaded, again)
    assert again.read_bytes() == path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_files_are_compared_without_a_server(tmp_path: Path) -> None:
    after = {**MIXED, "keyed": table([*ROWS[1:], LENGTHS.encode((b"-1", b"new"))])}
    for name, tables in (("before", MIXED), ("after", after)):
        save_snapshot(snapshot(**tables), tmp_path / name)
    diff = compare(load_snapshot(tmp_path / "before"), load_snapshot(tmp_path / "after"))
    assert str(diff).splitlines() == [
        "table d.keyed: 600 rows before, 600 after",
        "             (rows that are there are known by their digests only: the server is not at "
        "hand; ?: of a table this large, rows are kept as digests)",
        "  - missing  (0, ?)",
        "  + extra    (-1, ?)",
    ]


def test_a_table_without_runs_comes_back(tmp_path: Path) -> None:
    collector = Collector(None, full_rows=0)
    bare = collector.table(COLUMNS, [ROWS], encoding=LENGTHS)
    save_snapshot(snapshot(t=bare), tmp_path / "x")
    assert load_snapshot(tmp_path / "x") == snapshot(t=bare)


@pytest.mark.slow
def test_no_cut_is_equal(tmp_path: Path) -> None:
    path, whole = tmp_path / "x", saved(tmp_path)
    for size in [*range(0, len(whole), 211), *range(len(whole) - 60, len(whole))]:
        path.write_bytes(whole[:size])
        with pytest.raises(UsageProblem, match="snapshot"):
            load_snapshot(path)


@pytest.mark.slow
def test_no_damage_is_taken_for_another_content(tmp_path: Path) -> None:
    path, whole = tmp_path / "x", saved(tmp_path)
    told = 0
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes((whole[at] ^ 0x5A,)) + whole[at + 1 :])
        try:
            found = load_snapshot(path)
        except UsageProblem:
            told += 1
        else:  # a date inside the archive, say
            assert found == snapshot(**MIXED)
    assert told > len(whole) / 97 * 0.9


def test_digests_of_another_table_are_told(tmp_path: Path) -> None:
    """An archive that is whole in itself, but holds what its lines do not speak of."""
    save_snapshot(snapshot(t=table(ROWS)), tmp_path / "one")
    save_snapshot(snapshot(t=table(ROWS[:-1])), tmp_path / "other")
    with (
        zipfile.ZipFile(tmp_path / "one") as one,
        zipfile.ZipFile(tmp_path / "other") as other,
        zipfile.ZipFile(tmp_path / "mixed", "w") as mixed,
    ):
        mixed.writestr("snapshot", one.read("snapshot"))
        mixed.writestr("runs/0", other.read("runs/0"))
    with pytest.raises(UsageProblem, match=r"damaged snapshot: .*599 digests are there of 600"):
        load_snapshot(tmp_path / "mixed")


def test_a_file_that_shrinks_under_our_hands(tmp_path: Path) -> None:
    path = tmp_path / "x"
    save_snapshot(snapshot(t=table()), path)
    loaded = load_snapshot(path)
    os.truncate(path, 5000)
    with pytest.raises(Unverified, match="it ends too early"):
        compare(loaded, snapshot(t=table(ROWS[1:])))


def test_what_is_no_run() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 5000)
        file.flush()
        with pytest.raises(Unverified, match="does not begin or end"):
            StoredRuns(file, file.fileno(), 0, 5000)
        with pytest.raises(Unverified, match="ends too early"):
            StoredRuns(file, file.fileno(), 4000, 1000)


def test_no_file_is_ever_seen_and_none_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert not _open_below(tmp_path)
    found = table()
    assert len(_open_below(tmp_path)) == 1
    assert not list(tmp_path.iterdir())
    save_snapshot(snapshot(t=found), tmp_path / "x")
    loaded = load_snapshot(tmp_path / "x")
    assert loaded.tables["d", "t"] == found
    del found, loaded
    gc.collect()
    assert not _open_below(tmp_path)
    assert not table(ROWS, full_rows=len(ROWS)).digests
    assert not _open_below(tmp_path)


def _open_below(folder: Path) -> list[str]:
    """What this process has open in `folder`, removed files too; other tests' files come and go."""
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the folder that listdir itself had open
            found.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    return [path for path in found if path.startswith(f"{folder}/")]


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(EnvironmentProblem, match="cannot keep a large table's digests") as caught:
        table()
    assert "TMPDIR" in str(caught.value)


INTERRUPTED = """
import sys
from tests.data.evidence.test_runs import endless, COLUMNS
from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof import Collector, collect
from pytest_kanister._data.proof.encoding import LENGTHS
collect.RUN_ROWS = 10_000
def rows():
    for number, batch in enumerate(endless()):
        if number == 100:
            print("runs are there", flush=True)
        yield batch
Collector(RunFile().table, full_rows=0).table(COLUMNS, rows(), encoding=LENGTHS)
"""


def endless() -> Iterator[list[bytes]]:
    number = 0
    while True:
        yield [LENGTHS.encode((b"%d" % i, b"x" * 100)) for i in range(number, number + 1000)]
        number += 1000


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"runs are there\n"
            assert any("deleted" in link for link in links_of(child.pid, tmp_path))
            child.send_signal(how)
            assert child.wait(timeout=30) != 0
        finally:
            child.kill()
    assert not list(tmp_path.iterdir())


def links_of(pid: int, folder: Path) -> list[str]:
    found = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return [link for link in found if link.startswith(str(folder))]


MEASURED = """
import resource
from itertools import islice
from tests.data.evidence.test_runs import endless, COLUMNS
from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof import Collector, Snapshot, collect, compare
from pytest_kanister._data.proof.encoding import LENGTHS
collect.RUN_ROWS = 20_000
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def snapshot(start, end):
    collector = Collector(RunFile().table, full_rows=1000)
    rows = islice(endless(), start, end)
    return Snapshot("mysql", {("d", "t"): collector.table(
        COLUMNS, rows, encoding=LENGTHS, key=["id"])})
snapshot(0, 30)
before = peak()
one, other = snapshot(0, 300), snapshot(1, 301)
(found,) = compare(one, other).tables.entries
print(found.missing_rows, found.extra_rows, peak() - before)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table() -> None:
    """300,000 rows of 110 bytes, twice, are 63 MiB; in Python's objects twice that."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED],
        stdout=subprocess.PIPE,
        check=True,
        timeout=100,
        cwd=Path(__file__).parents[3],
    )
    missing, extra, grown_kib = map(int, done.stdout.split())
    assert (missing, extra) == (1000, 1000)
    assert grown_kib < 12 * 1024


def saved(folder: Path) -> bytes:
    save_snapshot(snapshot(**MIXED), folder / "saved")
    return (folder / "saved").read_bytes()


def test_several_runs_are_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "RUN_ROWS", 100)
    monkeypatch.setattr(collect, "_BATCH_ROWS", 30)
    save_snapshot(snapshot(t=table()), tmp_path / "x")
    loaded = load_snapshot(tmp_path / "x")
    monkeypatch.undo()
    assert loaded == snapshot(t=table())
    (found,) = compare(loaded, snapshot(t=table(ROWS[3:]))).tables.entries
    assert [count.row[0] for count in found.missing.entries] == [b"0", b"1", b"2"]
