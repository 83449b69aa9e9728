"""Truth tables of the verdict: what is equal, what is not, and what is said about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_kanister._data.proof import Snapshot, Table, compare
from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_kanister._data.proof.canonical import Row

NAME = Column("name", "text", Kind.TEXT)
BALANCE = Column("balance", "int", Kind.INTEGER)
ACCOUNTS = ("bank", "Accounts")

Inventory = dict[str, dict[tuple[str, ...], dict[str, str]]]
Rows = list[tuple[str | None, int | None]]

NINE: Rows = [
    ("nick", 0),
    ("albert", 112),
    ("alfred", 358),
    ("beatrice", 1321),
    ("bartholomew", 34),
    ("edward", 5589),
    ("edwin", 144),
    ("edwina", 233),
    ("rastapopoulos", 377),
]


def cells(row: tuple[str | int | None, ...]) -> Row:
    return tuple(None if cell is None else str(cell).encode() for cell in row)


def accounts(rows: Iterable[tuple[str | None, int | None]], *, key: tuple[str, ...] = ()) -> Table:
    return Table.of(
        (NAME, BALANCE), map(cells, rows), key=key, definition={"option ENGINE": "InnoDB"}
    )


def bank(table: Table | None, *, database: str = "bank") -> Snapshot:
    inventory: Inventory = {"database": {(database,): {"collation": "utf8mb4_bin"}}}
    return Snapshot("mysql", {ACCOUNTS: table} if table else {}, inventory)


def text_of(before: Rows, after: Rows, *, key: tuple[str, ...] = ()) -> list[str]:
    diff = compare(bank(accounts(before, key=key)), bank(accounts(after, key=key)))
    return str(diff).splitlines()


def test_same_rows_in_another_order_are_equal() -> None:
    before, after = bank(accounts(NINE)), bank(accounts(reversed(NINE)))
    assert before == after
    assert not compare(before, after)
    assert str(compare(before, after)) == ""
    assert compare(before, after).grades == ()


def test_facts_and_time_are_not_compared() -> None:
    one = Snapshot("mysql", {}, {}, facts={"version": "9.7.3"}, taken_at_s=1.0)
    assert one == Snapshot("mysql", {}, {}, facts={"version": "9.7.4"}, taken_at_s=2.0)


SINGLE_CHANGES: list[tuple[str, Rows, Rows]] = [
    ("a row lost", NINE, NINE[1:]),
    ("a row added", NINE, [*NINE, ("zoe", 1)]),
    ("a row doubled", NINE, [*NINE, NINE[0]]),
    ("one of two equal rows lost", [*NINE, NINE[0]], NINE),
    ("one doubled, another lost: as many rows", NINE, [NINE[0], *NINE[:-1]]),
    ("a balance changed by one", NINE, [("nick", 1), *NINE[1:]]),
    ("case", [("Nick", 0)], [("nick", 0)]),
    ("trailing space", [("nick", 0)], [("nick ", 0)]),
    ("accent", [("e", 0)], [("é", 0)]),
    ("composed and decomposed", [("\u00e9", 0)], [("e\u0301", 0)]),
    ("NULL and empty", [(None, 0)], [("", 0)]),
    ("NULL and the word", [(None, 0)], [("NULL", 0)]),
    ("NULL and zero", [("nick", None)], [("nick", 0)]),
    ("cells moved between columns", [("1", 2)], [("2", 1)]),
    ("all rows lost", NINE, []),
]


@pytest.mark.parametrize("key", [(), ("name",)], ids=["keyless", "keyed"])
@pytest.mark.parametrize(
    ("before", "after"), [case[1:] for case in SINGLE_CHANGES], ids=[c[0] for c in SINGLE_CHANGES]
)
def test_any_change_of_rows_is_seen_from_both_sides(
    before: Rows, after: Rows, key: tuple[str, ...]
) -> None:
    old, new = bank(accounts(before, key=key)), bank(accounts(after, key=key))
    for one, other in ((old, new), (new, old)):
        assert one != other
        diff = compare(one, other)
        assert diff
        assert diff.grades == ("data",)
        (table,) = diff.tables.entries
        found = table.missing_rows + table.changed_rows - (table.extra_rows + table.changed_rows)
        assert found == table.rows_before - table.rows_after


def test_text_names_each_kind_of_change() -> None:
    after = [
        ("nick", 0),
        ("nick", 0),
        *(row for row in NINE[1:] if row[0] not in ("beatrice", "edward", "edwin")),
        ("edward", 5590),
    ]
    assert text_of(NINE, after) == [
        "table bank.Accounts: 9 rows before, 8 after",
        "  - missing  ('beatrice', 1321)",
        "  - missing  ('edwin', 144)",
        "  ~ changed  ('edward', 5589) -> ('edward', 5590)   balance: 5589 -> 5590",
        "  + extra    ('nick', 0)  (1 before, 2 after)",
    ]


def test_a_key_pairs_rows_that_share_nothing_else() -> None:
    wide = (Column("id", "int", Kind.INTEGER), NAME, BALANCE)

    def table(*rows: tuple[int, str | None, int]) -> Table:
        return Table.of(wide, map(cells, rows), key=("id",))

    diff = compare(bank(table((1, "a", 2), (7, "x", 9))), bank(table((1, None, 3), (8, "x", 9))))
    assert str(diff).splitlines()[1:] == [
        "  - missing  (7, 'x', 9)",
        "  ~ changed  (1, 'a', 2) -> (1, NULL, 3)   name: 'a' -> NULL, balance: 2 -> 3",
        "  + extra    (8, 'x', 9)",
    ]


def test_without_a_key_rows_that_share_nothing_are_not_paired() -> None:
    assert text_of([("a", 1)], [("b", 2)])[1:] == ["  - missing  ('a', 1)", "  + extra    ('b', 2)"]


def test_a_doubled_row_is_not_taken_for_a_change_of_another() -> None:
    assert text_of([("nick", 0), ("zoe", 0)], [("nick", 0), ("nick", 0)])[1:] == [
        "  - missing  ('zoe', 0)",
        "  + extra    ('nick', 0)  (1 before, 2 after)",
    ]


def test_equal_rows_that_changed_together_are_counted() -> None:
    assert text_of([("nick", 0)] * 3, [("nick", 5)] * 2)[1:] == [
        "  - missing  ('nick', 0)  (3 before, 0 after)",
        "  ~ changed  ('nick', 0) -> ('nick', 5)   balance: 0 -> 5  (2 times)",
    ]


def test_long_lists_are_cut_and_the_rest_is_counted() -> None:
    many: Rows = [(f"row {i:03}", i) for i in range(500)]
    diff = compare(bank(accounts([*many, ("nick", 0)])), bank(accounts([("nick", 0)])))
    lines = str(diff).splitlines()
    assert len(lines) == 22
    assert lines[1] == "  - missing  ('row 000', 0)"
    assert lines[-1] == "  … and 480 more different rows are missing (500 rows in all)"
    (table,) = diff.tables.entries
    assert (len(table.missing), table.missing_rows) == (500, 500)


def test_lost_database_says_how_much_went_with_it() -> None:
    diff = compare(bank(accounts(NINE)), Snapshot("mysql", {}, {"database": {}}))
    assert str(diff).splitlines() == [
        "database bank: missing (it was there before)",
        "table bank.Accounts: missing, with 9 rows",
    ]
    assert diff.grades == ("data", "schema")


def test_what_was_not_there_before_is_extra_and_no_loss() -> None:
    before = bank(accounts(NINE))
    inventory = {"database": {**before.inventory["database"], ("new",): {}}}
    after = Snapshot("mysql", {**before.tables, ("new", "t"): accounts(NINE[:1])}, inventory)
    diff = compare(before, after)
    assert diff.grades == ("extra",)
    assert str(diff).splitlines() == [
        "database new: extra (it was not there before)",
        "table new.t: extra (it was not there before), with 1 row",
    ]


def test_a_lost_empty_table_is_schema_only() -> None:
    assert compare(bank(accounts([])), bank(None)).grades == ("schema",)


def test_another_type_with_the_same_bytes_is_schema_only() -> None:
    wide = Table.of((NAME, Column("balance", "bigint", Kind.INTEGER)), map(cells, NINE))
    narrow = Table.of((NAME, BALANCE), map(cells, NINE))
    diff = compare(bank(narrow), bank(wide))
    assert diff.grades == ("schema",)
    assert str(diff).splitlines()[1:] == ["  ~ schema   column balance: int -> bigint"]


def test_a_lost_column_is_data_and_the_other_columns_are_still_compared() -> None:
    after = Table.of((NAME,), [cells((name,)) for name, _ in NINE[1:]])
    diff = compare(bank(Table.of((NAME, BALANCE), map(cells, NINE))), bank(after))
    assert diff.grades == ("data", "schema")
    assert str(diff).splitlines()[1:] == [
        "  - schema   column balance: int",
        "  ~ schema   order of columns: name, balance -> name",
        "  - lost     the data of balance",
        "             (rows below: only the columns that both have)",
        "  - missing  ('nick')",
    ]


def test_columns_in_another_order_hold_the_same_rows() -> None:
    swapped = Table.of((BALANCE, NAME), [cells((b, n)) for n, b in NINE])
    diff = compare(bank(Table.of((NAME, BALANCE), map(cells, NINE))), bank(swapped))
    assert diff.grades == ("schema",)


def test_a_lost_key_and_a_changed_option_are_schema() -> None:
    before, after = accounts(NINE, key=("name",)), accounts(NINE)
    after.definition["option ENGINE"] = "MyISAM"
    assert str(compare(bank(before), bank(after))).splitlines()[1:] == [
        "  - schema   primary key: name",
        "  ~ schema   option ENGINE: InnoDB -> MyISAM",
    ]


@pytest.mark.parametrize(
    ("kind", "grade"), [("view", "schema"), ("event", "code"), ("user", "users")]
)
def test_lost_objects_are_graded_by_their_class(kind: str, grade: str) -> None:
    before = Snapshot("mysql", {}, {kind: {("bank", "x"): {"text": "1"}}})
    assert compare(before, Snapshot("mysql", {}, {})).grades == (grade,)
    changed = Snapshot("mysql", {}, {kind: {("bank", "x"): {"text": "2"}}})
    diff = compare(before, changed)
    assert diff.grades == (grade,)
    word = "users " if grade == "users" else "schema"
    assert str(diff).splitlines() == [f"{kind} bank.x: changed", f"  ~ {word}   text: 1 -> 2"]


def test_snapshots_of_two_engines_are_not_compared() -> None:
    one, other = Snapshot("mysql", {}), Snapshot("postgresql", {})
    assert one != other
    with pytest.raises(Unverified, match="engine mysql before, postgresql after"):
        compare(one, other)


def test_json_holds_what_the_text_says() -> None:
    after: Rows = [("nick", 1), *NINE[2:]]
    diff = compare(bank(accounts(NINE)), bank(accounts(after)))
    value = json.loads(json.dumps(diff.to_json()))
    assert value["different"] is True
    assert value["grades"] == ["data"]
    (table,) = value["tables"]
    assert table["name"] == ["bank", "Accounts"]
    assert table["missing"] == [{"row": ["albert", 112], "before": 1, "after": 0}]
    assert table["changed"] == [
        {
            "before": ["nick", 0],
            "after": ["nick", 1],
            "columns": ["balance"],
            "times": 1,
            "limit": False,
        }
    ]
    assert (table["missingRows"], table["changedRows"], table["extraRows"]) == (1, 1, 0)


def test_repr_is_short_and_shows_no_cell() -> None:
    assert repr(bank(accounts(NINE))) == "<Snapshot mysql: 1 database, 1 table, 9 rows>"


def test_a_right_too_many_is_a_matter_of_users_too() -> None:
    without = Snapshot("mysql", {}, {"schema grant": {}})
    given = Snapshot("mysql", {}, {"schema grant": {("d to 'a'@'%'",): {"DROP": "granted"}}})
    assert compare(without, given).grades == ("users", "extra")
