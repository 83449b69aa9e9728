"""Digests say what whole rows say: equal or not, and how many rows differ, and which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof import Collector, Diff, Snapshot, Table, collect, compare, located
from pytest_kanister._data.proof.canonical import NOT_KEPT, Column, Kind, Row, canonical
from pytest_kanister._data.proof.digests import MODULUS, digests_of, summed
from pytest_kanister._data.proof.encoding import COPY_TEXT, LENGTHS, Encoding
from pytest_kanister.errors import EnvironmentProblem, Unverified

ID = Column("id", "int", Kind.INTEGER)
NAME = Column("name", "text", Kind.TEXT)
COLUMNS = (ID, NAME)

KEYLESS: st.SearchStrategy[list[Row]] = st.lists(
    st.tuples(st.sampled_from([None, b"1", b"2", b"10"]), st.sampled_from([None, b"", b"x", b"y"])),
    max_size=8,
)
KEYED: st.SearchStrategy[list[Row]] = st.dictionaries(
    st.integers(0, 12).map(lambda number: b"%d" % number),
    st.sampled_from([None, b"", b"x", b"y"]),
    max_size=8,
).map(lambda rows: list(rows.items()))


def table(
    rows: Sequence[Row],
    full_rows: int,
    *,
    key: Sequence[str] = (),
    encoding: Encoding = LENGTHS,
    now: Sequence[Row] | None = None,
    runs: bool = True,
    columns: Sequence[Column] = COLUMNS,
    raw: Sequence[int] = (),
) -> Table:
    """Of these rows; `now` are those that a second reading finds, none: it cannot be had."""

    def batches(which: Sequence[Row]) -> Iterator[list[bytes]]:
        for start in range(0, len(which), 3):
            yield [encoding.encode(row) for row in which[start : start + 3]]

    return Collector(RunFile().table if runs else None, full_rows=full_rows).table(
        columns,
        batches(rows),
        encoding=encoding,
        key=key,
        raw=raw,
        reread=None if now is None else lambda: batches(now),
    )


def difference(before: Table, after: Table, limit: int = 20) -> Diff:
    one, other = (Snapshot("mysql", {("d", "t"): each}) for each in (before, after))
    return compare(one, other, limit=limit)


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=40), st.integers(0, 3))
def test_the_sum_is_the_sum(digests: list[bytes], times: int) -> None:
    many = digests * 40 * times
    assert summed(many) == sum(int.from_bytes(digest, "little") for digest in many)


def test_lanes_carry() -> None:
    assert summed([b"\xff" * 16] * 3000) == 3000 * (MODULUS - 1)


@pytest.mark.slow
@pytest.mark.parametrize("key", [(), ("id",)], ids=["keyless", "keyed"])
@pytest.mark.parametrize("encoding", [LENGTHS, COPY_TEXT], ids=lambda e: e.name)
@given(data=st.data())
def test_digests_agree_with_whole_rows(
    key: tuple[str, ...], encoding: Encoding, data: st.DataObject
) -> None:
    rows = KEYED if key else KEYLESS
    old: list[Row] = data.draw(rows)
    new: list[Row] = data.draw(rows)
    whole = table(old, 99, key=key), table(new, 99, key=key)
    told = difference(*whole)
    assert bool(told) == (Counter(old) != Counter(new))
    for bounds in ((0, 0), (0, 99), (99, 0)):
        before = table(old, bounds[0], key=key, encoding=encoding)
        after = table(new, bounds[1], key=key, encoding=encoding, now=new)
        found = difference(before, after)
        assert (before == after) == (whole[0] == whole[1])
        assert found.grades == told.grades
        for one, other in zip(found.tables.entries, told.tables.entries, strict=True):
            assert one.missing_rows + one.changed_rows == other.missing_rows + other.changed_rows
            assert one.extra_rows + one.changed_rows == other.extra_rows + other.changed_rows
            if key:
                assert one.changed_rows == other.changed_rows
                assert [c.after for c in one.changed.entries] == [
                    c.after
                    for c in sorted(other.changed.entries, key=lambda c: int(c.before[0] or b""))
                ]
            extra = {count.row: count.after - count.before for count in one.extra.entries}
            if not other.changed_rows:
                assert extra == {c.row: c.after - c.before for c in other.extra.entries}


@pytest.mark.slow
@given(KEYLESS, st.randoms(use_true_random=False))
def test_order_and_batches_do_not_matter(rows: list[Row], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert table(rows, 0) == table(shuffled, 0) == table(shuffled, 99)


def test_two_equal_rows_do_not_cancel_out() -> None:
    one, two = (b"1", b"x"), (b"2", b"y")
    assert table([one, one], 0) != table([two, two], 0)
    assert table([one, one], 0) != table([], 0)
    assert table([one], 0) != table([one, one], 0)


def many(count: int) -> list[Row]:
    return [(b"%d" % i, b"row %d" % i) for i in range(count)]


def test_three_rows_among_many_are_named() -> None:
    old = many(3000)
    new = [*old[:7], (b"7", b"other"), *old[8:2000], *old[2001:], (b"-1", b"new")]
    diff = difference(table(old, 0, key=["id"]), table(new, 0, key=["id"], now=new))
    assert str(diff).splitlines() == [
        "table d.t: 3000 rows before, 3000 after",
        "             (?: of a table this large, rows are kept as digests)",
        "  - missing  (2000, ?)",
        "  ~ changed  (7, ?) -> (7, 'other')",
        "  + extra    (-1, 'new')",
    ]
    (found,) = diff.to_json()["tables"]
    assert found["missing"] == [{"row": [2000, {"kept": False}], "before": 1, "after": 0}]


def test_without_a_key_the_rows_that_are_there_are_named() -> None:
    old = many(300)
    new = [*old[2:], (b"7", b"other"), old[9]]
    diff = difference(table(old, 0), table(new, 0, now=new))
    assert str(diff).splitlines() == [
        "table d.t: 300 rows before, 300 after",
        "             (?: of a table this large, rows are kept as digests)",
        "  - missing  (?, ?)  (2 before, 0 after)",
        "  + extra    (7, 'other')",
        "  + extra    (9, 'row 9')  (1 before, 2 after)",
    ]


def test_the_table_is_read_again_once_at_most_and_only_for_rows_that_exist() -> None:
    old = many(50)
    readings = []

    def reread() -> Iterator[list[bytes]]:
        readings.append(1)
        yield [LENGTHS.encode(row) for row in old[1:]]
        readings.append(2)  # not reached: all that was wanted is found

    def after(rows: list[Row]) -> Table:
        encoded = [[LENGTHS.encode(row) for row in rows]]
        collector = Collector(RunFile().table, full_rows=0)
        return collector.table(COLUMNS, encoded, encoding=LENGTHS, key=["id"], reread=reread)

    before = table(old, 0, key=["id"])
    assert not difference(before, after(old))
    assert difference(before, after(old[1:]))
    assert not readings
    assert difference(table(old[2:], 0, key=["id"]), after(old[1:]))
    assert readings == [1]


def test_a_server_that_is_gone_leaves_the_keys() -> None:
    def reread() -> Iterator[list[bytes]]:
        yield []
        raise EnvironmentProblem("nobody answers", remedies=["wait"])

    old = many(5)
    encoded = [[LENGTHS.encode(row) for row in [*old, (b"9", b"new")]]]
    after = Collector(RunFile().table, full_rows=0).table(
        COLUMNS, encoded, encoding=LENGTHS, key=["id"], reread=reread
    )
    text = str(difference(table(old, 0, key=["id"]), after))
    assert "could not be read again: nobody answers" in text
    assert "  + extra    (9, ?)" in text


def test_without_runs_a_difference_is_told_but_not_located() -> None:
    before, after = (table(many(n), 0, runs=False) for n in (5, 6))
    diff = difference(before, after)
    assert diff.grades == ("data",)
    assert str(diff).splitlines()[1:] == [
        "  ~ rows     differ",
        "             (only the rows' number and sum were kept: which of them differ is not known)",
    ]
    assert not difference(before, table(many(5), 0))


def test_more_rows_than_are_told_apart_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(located, "MOST_LOCATED", 10)
    old, new = many(50), [(b"%d" % i, b"other") for i in range(50)]
    diff = difference(table(old, 0), table(new, 0, now=new), limit=3)
    (found,) = diff.tables.entries
    assert (found.missing_rows, found.extra_rows) == (50, 50)
    assert (len(found.extra), len(found.extra.entries)) == (50, 3)
    assert all(count.row in new for count in found.extra.entries)
    assert "more than 10 rows differ" in found.note


def test_types_may_change_while_values_stay() -> None:
    wide = (Column("id", "bigint", Kind.INTEGER), NAME)
    diff = difference(table(many(9), 0), table(many(9), 0, columns=wide))
    assert diff.grades == ("schema",)


@pytest.mark.parametrize("whole", [0, 99])
def test_an_added_column_is_looked_past(whole: int) -> None:
    rows = many(9)
    wider = [(row[1], b"new", row[0]) for row in rows]
    columns = (NAME, Column("more", "text", Kind.TEXT), ID)
    before = table(rows, 0)
    assert difference(before, table(wider, whole, now=wider, columns=columns)).grades == ("schema",)
    other = [(b"changed", b"new", b"0"), *wider[1:]]
    diff = difference(before, table(other, whole, now=other, columns=columns))
    assert diff.grades == ("data", "schema")
    assert "which of them is not known" in str(diff)


def test_a_lost_column_is_lost_data() -> None:
    diff = difference(table(many(9), 0), table([row[:1] for row in many(9)], 0, columns=(ID,)))
    assert diff.grades == ("data", "schema")
    assert "rows were not compared: their digests cover the lost columns too" in str(diff)


def test_two_forms_cannot_be_compared() -> None:
    with pytest.raises(Unverified, match="digests of the forms copy and lengths"):
        difference(table(many(2), 0), table(many(2), 0, encoding=COPY_TEXT))


def test_cells_that_are_not_canonical_yet() -> None:
    columns = (Column("f", "double", Kind.FLOAT), NAME)
    rows: list[Row] = [(b"1e0", b"a"), (b"-0", b"a"), (None, b"a")]
    same: list[Row] = [(b"1", b"a"), (b"-0.0", b"a"), (None, b"a")]
    settled = [(canonical(Kind.FLOAT, row[0]), row[1]) for row in rows]
    for full_rows in (0, 99):
        found = table(rows, full_rows, columns=columns, raw=[0], now=rows)
        assert found == table(same, full_rows, columns=columns, raw=[0])
        assert found == Table.of(columns, settled)
        assert found != table(
            [*rows[:1], (b"0", b"a"), rows[2]], full_rows, columns=columns, raw=[0]
        )
    diff = difference(table([], 0, columns=columns, raw=[0]), found)
    assert diff.tables.entries[0].extra_rows == 3


def test_keys_that_are_not_first_or_too_long_are_not_kept() -> None:
    rows: list[Row] = [(b"x" * 300, b"a"), (b"y", b"b")]
    diff = difference(table(rows, 0, key=["id"]), table([], 0, key=["id"]))
    assert [count.row for count in diff.tables.entries[0].missing.entries] == [
        (NOT_KEPT, NOT_KEPT),
        (b"y", NOT_KEPT),
    ]
    diff = difference(table(rows, 0, key=["name"]), table([], 0, key=["name"]))
    assert [count.row for count in diff.tables.entries[0].missing.entries] == [(NOT_KEPT, NOT_KEPT)]


def test_size_decides_not_only_the_number_of_rows() -> None:
    def kept(rows: list[Row], **bounds: int) -> bool:
        encoded = [LENGTHS.encode(row) for row in rows]
        collector = Collector(None, **bounds)
        first = collector.table(COLUMNS, [encoded], encoding=LENGTHS)
        second = collector.table(COLUMNS, [encoded], encoding=LENGTHS)
        assert first == second
        return first.digests is None and second.digests is None

    rows = many(100)
    size = sum(len(LENGTHS.encode(row)) for row in rows)
    assert kept(rows)
    assert kept(rows, full_rows=100, full_bytes=size, full_bytes_all=2 * size)
    assert not kept(rows, full_rows=99)
    assert kept(rows, full_rows_all=200)
    assert not kept(rows, full_rows_all=199)
    assert not kept(rows, full_bytes=size - 1)
    assert not kept(rows, full_bytes_all=2 * size - 1)


def test_nothing_is_equal_to_what_was_not_kept() -> None:
    empty = b""
    assert [empty] != [NOT_KEPT]
    assert [empty] != [NOT_KEPT]
    assert NOT_KEPT not in {empty}
    assert [NOT_KEPT] == [NOT_KEPT]


def test_several_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "RUN_ROWS", 100)
    monkeypatch.setattr(collect, "_BATCH_ROWS", 30)
    old = many(1000)
    new = [*old[1:], *old[5:7]]
    diff = difference(table(old, 0, key=["id"]), table(new, 0, key=["id"], now=new))
    (found,) = diff.tables.entries
    assert [count.row[0] for count in found.missing.entries] == [b"0"]
    assert {count.row for count in found.extra.entries} == set(old[5:7])
    assert digests_of([]) == []
