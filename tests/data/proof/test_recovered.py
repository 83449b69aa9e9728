"""Where only digests are left, what a dump made of FLOATs is told from everything else."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof import (
    Collector,
    Diff,
    Snapshot,
    Table,
    compare,
    located,
    recovered,
)
from pytest_kanister._data.proof.canonical import Column, Kind, Row
from pytest_kanister._data.proof.encoding import LENGTHS
from pytest_kanister.errors import EnvironmentProblem

INT = Column("id", "int", Kind.INTEGER)
FLOAT = Column("v", "float", Kind.FLOAT)
DOUBLE = Column("d", "double", Kind.FLOAT)


def number(value: float) -> bytes:
    return struct.pack(">d", value)


def table(
    columns: Sequence[Column], rows: Sequence[Row], *, keyed: bool, whole: bool = False
) -> Table:
    def batches() -> Iterator[list[bytes]]:
        for row in rows:
            yield [LENGTHS.encode(row)]

    return Collector(RunFile().table, full_rows=99 if whole else 0).table(
        columns, batches(), encoding=LENGTHS, key=["id"] if keyed else [], reread=batches
    )


def difference(before: Table, after: Table) -> Diff:
    one, other = (Snapshot("mysql", {("d", "t"): each}) for each in (before, after))
    return compare(one, other)


@pytest.mark.parametrize("keyed", [True, False])
def test_the_dumps_doing_is_a_limit_and_the_row_is_shown_as_it_was(keyed: bool) -> None:
    columns = (INT, FLOAT)
    before = table(columns, [(b"1", number(16777216.0)), (b"2", number(0.5))], keyed=keyed)
    after = table(columns, [(b"1", number(16777200.0)), (b"2", number(0.5))], keyed=keyed)
    diff = difference(before, after)
    assert diff.grades == ("limit",)
    assert str(diff).splitlines() == [
        "table d.t: 2 rows before, 2 after",
        "  ~ limit    (1, 16777216.0) -> (1, 16777200.0)   v: 16777216.0 -> 16777200.0"
        "   (the engine's own dump alters it so)",
    ]


@pytest.mark.parametrize("keyed", [True, False])
def test_a_real_change_beside_it_stays_one_of_data(keyed: bool) -> None:
    columns = (INT, FLOAT)
    old = [(b"1", number(16777216.0)), (b"2", number(16777216.0)), (b"3", number(-0.0))]
    new = [(b"1", number(16777200.0)), (b"2", number(16777300.0)), (b"3", number(0.0))]
    diff = difference(table(columns, old, keyed=keyed), table(columns, new, keyed=keyed))
    assert diff.grades == ("data", "limit")
    (found,) = diff.tables.entries
    assert found.limited_rows == 2
    assert found.changed_rows - 2 + found.missing_rows == 1
    assert found.changed_rows - 2 + found.extra_rows == 1
    assert ("(2, ?) -> (2, 16777300.0)" in str(diff)) == keyed


def test_the_way_back_is_no_dumps_doing() -> None:
    columns = (INT, FLOAT)
    old, new = [(b"1", number(16777200.0))], [(b"1", number(16777216.0))]
    diff = difference(table(columns, old, keyed=True), table(columns, new, keyed=True))
    assert diff.grades == ("data",)


def test_two_rows_that_became_the_same_one() -> None:
    columns = (FLOAT,)
    before = table(columns, [(number(16777216.0),), (number(16777218.0),)], keyed=False)
    after = table(columns, [(number(16777200.0),)] * 3, keyed=False)
    diff = difference(before, after)
    (found,) = diff.tables.entries
    assert (found.limited_rows, found.changed_rows) == (2, 2)
    assert (found.missing_rows, found.extra_rows) == (0, 1)
    assert diff.grades == ("data", "limit")


def test_several_columns_of_one_row() -> None:
    columns = (INT, FLOAT, FLOAT, DOUBLE)
    names = tuple(
        Column(f"{column.name}{i}" if i else "id", column.type, column.kind)
        for i, column in enumerate(columns)
    )
    before = table(
        names, [(b"1", number(16777216.0), number(123456.7890625), number(-0.0))], keyed=True
    )
    after = table(names, [(b"1", number(16777200.0), number(123457.0), number(0.0))], keyed=True)
    assert difference(before, after).grades == ("limit",)


def test_what_would_take_too_many_digests_is_passed_over_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovered, "MOST_TRIED", 150)
    columns = (INT, FLOAT)
    old = [(b"%d" % i, number(16777216.0)) for i in range(9)]
    new = [(b"%d" % i, number(16777200.0)) for i in range(9)]
    diff = difference(table(columns, old, keyed=True), table(columns, new, keyed=True))
    (found,) = diff.tables.entries
    assert 0 < found.limited_rows < 9
    assert found.changed_rows == 9
    assert diff.grades == ("data", "limit")
    assert "not every row was tried" in found.note


def test_rows_beyond_what_is_read_again_stay_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(located, "MOST_READ_BYTES", 30)
    columns = (INT, FLOAT)
    old = [(b"%d" % i, number(16777216.0)) for i in range(9)]
    new = [(b"%d" % i, number(16777200.0)) for i in range(9)]
    diff = difference(table(columns, old, keyed=True), table(columns, new, keyed=True))
    (found,) = diff.tables.entries
    assert 0 < found.limited_rows < 9
    assert "not every row was tried" in found.note
    assert all(row.after[1] == number(16777200.0) for row in found.changed.entries)


def test_a_server_that_is_gone_proves_no_limit() -> None:
    def reread() -> Iterator[list[bytes]]:
        yield []
        raise EnvironmentProblem("nobody answers", remedies=["wait"])

    columns = (INT, FLOAT)
    row = (b"1", number(16777200.0))
    after = Collector(RunFile().table, full_rows=0).table(
        columns, [[LENGTHS.encode(row)]], encoding=LENGTHS, key=["id"], reread=reread
    )
    diff = difference(table(columns, [(b"1", number(16777216.0))], keyed=True), after)
    assert diff.grades == ("data",)
    assert str(diff).count("nobody answers") == 1


VALUES = st.sampled_from(
    [16777216.0, 16777218.0, 16777200.0, 0.5, 0.0, -0.0, 1e-45, 123456.7890625]
)
ROWS = st.lists(
    st.tuples(st.sampled_from([b"1", b"2"]), st.none() | VALUES.map(number)), max_size=6
)


@pytest.mark.slow
@given(ROWS, ROWS)
def test_digests_agree_with_whole_rows(old: list[Row], new: list[Row]) -> None:
    columns = (INT, FLOAT)
    whole = difference(*(table(columns, rows, keyed=False, whole=True) for rows in (old, new)))
    for kept in ((False, False), (True, False), (False, True)):
        told = difference(
            *(
                table(columns, rows, keyed=False, whole=which)
                for rows, which in zip((old, new), kept, strict=True)
            )
        )
        assert told.grades == whole.grades
        for one, other in zip(told.tables.entries, whole.tables.entries, strict=True):
            assert one.limited_rows == other.limited_rows
