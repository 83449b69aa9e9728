"""What mysqldump does to a FLOAT is told from everything else that may happen to one."""

from __future__ import annotations

import struct
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_kanister._data.proof import Snapshot, Table, compare
from pytest_kanister._data.proof.canonical import Column, Kind, Row
from pytest_kanister._data.proof.limits import altered_by_dump, cells_before_dump

INT = Column("id", "int", Kind.INTEGER)
FLOAT = Column("v", "float", Kind.FLOAT)
DOUBLE = Column("v", "double", Kind.FLOAT)


def number(value: float) -> bytes:
    return struct.pack(">d", value)


def snapshot(column: Column, rows: list[Row], *, key: tuple[str, ...] = ()) -> Snapshot:
    columns = (INT, column) if len(rows[0]) == 2 else (column,)
    return Snapshot("mysql", {("d", "t"): Table.of(columns, rows, key=key)})


def test_six_digits_are_the_engines_limit_with_and_without_a_key() -> None:
    for key in ((), ("id",)):
        before = snapshot(FLOAT, [(b"1", number(16777216.0)), (b"2", None)], key=key)
        after = snapshot(FLOAT, [(b"1", number(16777200.0)), (b"2", None)], key=key)
        diff = compare(before, after)
        assert diff
        assert diff.grades == ("limit",)
        assert str(diff).splitlines() == [
            "table d.t: 2 rows before, 2 after",
            "  ~ limit    (1, 16777216.0) -> (1, 16777200.0)   v: 16777216.0 -> 16777200.0"
            "   (the engine's own dump alters it so)",
        ]


def test_two_values_that_become_the_same_one() -> None:
    before = snapshot(FLOAT, [(number(16777216.0),), (number(16777218.0),)])
    after = snapshot(FLOAT, [(number(16777200.0),)] * 2)
    diff = compare(before, after)
    assert diff.grades == ("limit",)
    assert diff.tables.entries[0].changed_rows == 2


@pytest.mark.parametrize(
    ("column", "old", "new"),
    [(FLOAT, 16777216.0, 16777210.0), (FLOAT, 0.5, 0.25), (DOUBLE, 16777216.0, 16777200.0)],
)
def test_any_other_change_is_one_of_data(column: Column, old: float, new: float) -> None:
    before = snapshot(column, [(b"1", number(old))], key=("id",))
    after = snapshot(column, [(b"1", number(new))], key=("id",))
    assert compare(before, after).grades == ("data",)


def test_a_row_of_which_more_is_altered_is_one_of_data() -> None:
    before = snapshot(FLOAT, [(b"1", number(16777216.0)), (b"2", number(16777216.0))])
    after = snapshot(FLOAT, [(b"1", number(16777200.0)), (b"3", number(16777200.0))])
    diff = compare(before, after)
    assert diff.grades == ("data", "limit")
    assert (diff.tables.entries[0].limited_rows, diff.tables.entries[0].missing_rows) == (1, 1)


@pytest.mark.parametrize("column", [FLOAT, DOUBLE])
def test_a_dump_has_no_negative_zero(column: Column) -> None:
    before, after = snapshot(column, [(number(-0.0),)]), snapshot(column, [(number(0.0),)])
    assert compare(before, after).grades == ("limit",)
    assert compare(after, before).grades == ("data",)


def test_another_engine_has_no_such_limit() -> None:
    theirs = Column("v", "double precision", Kind.FLOAT)
    before, after = snapshot(theirs, [(number(-0.0),)]), snapshot(theirs, [(number(0.0),)])
    assert compare(before, after).grades == ("data",)


def test_the_largest_float_survives_its_own_rounding() -> None:
    largest = 3.4028234663852886e38
    assert compare(
        snapshot(FLOAT, [(number(largest),)]), snapshot(FLOAT, [(number(1.0),)])
    ).grades == ("data",)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_what_a_dump_leaves_leads_back_to_all_values_of_which_it_is_left(value: float) -> None:
    (single,) = struct.unpack(">f", struct.pack(">f", float(f"{value:.6g}") or 0.0))
    left = number(single)
    (found,) = cells_before_dump([FLOAT], (left,))
    assert number(value) in found
    assert len(found) == len(set(found)) < 180
    for cell in found:
        altered = altered_by_dump([FLOAT], Counter([(cell,)]), Counter([(left,)]))
        assert bool(altered) == (cell != left)


def test_cells_that_no_dump_leaves_or_alters() -> None:
    columns = (INT, FLOAT, DOUBLE)
    assert cells_before_dump(columns, (b"1", number(16777216.0), number(1.1))) == [
        [b"1"],
        [],
        [number(1.1)],
    ]
    zeros = [number(0.0), number(-0.0)]
    assert cells_before_dump(columns, (None, None, number(0.0))) == [[None], [None], zeros]
    assert cells_before_dump(columns, (None, number(-0.0), number(-0.0))) == [[None], [], []]
    # No FLOAT holds it, but a damaged file may.
    assert cells_before_dump([FLOAT], (number(1e300),)) == [[number(1e300)]]
