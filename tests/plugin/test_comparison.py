"""What pytest shows when snapshots are compared."""

from __future__ import annotations

from dataclasses import replace

from pytest_kanister._data.proof import Snapshot, Table
from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._plugin.comparison import explain

COLUMNS = (Column("name", "text", Kind.TEXT), Column("balance", "int", Kind.INTEGER))


def snapshot(*rows: tuple[bytes, bytes], at_s: float | None = None, engine: str = "e") -> Snapshot:
    tables: dict[tuple[str, ...], Table] = {("bank", "Accounts"): Table.of(COLUMNS, rows)}
    return Snapshot(engine, tables, {"database": {("bank",): {}}}, taken_at_s=at_s)


BEFORE = snapshot((b"nick", b"0"), (b"edwin", b"144"), at_s=1.0)
AFTER = snapshot((b"nick", b"0"), at_s=2.0)


def test_the_older_snapshot_is_the_truth_however_it_is_written() -> None:
    lines = explain("==", AFTER, BEFORE)

    assert lines is not None
    assert lines == explain("==", BEFORE, AFTER)
    text = "\n".join(lines)
    assert text.startswith("what came back is not what was there")
    assert "edwin" in text
    assert "missing" in text


def test_without_times_the_right_side_is_the_truth() -> None:
    before, after = replace(BEFORE, taken_at_s=None), replace(AFTER, taken_at_s=None)

    assert explain("==", after, before) == explain("==", AFTER, BEFORE)


def test_damage_that_changed_nothing() -> None:
    lines = explain("!=", BEFORE, BEFORE)

    assert lines is not None
    assert lines[0] == "the snapshots are equal"
    assert "2 rows" in lines[1]


def test_what_cannot_be_compared_is_said() -> None:
    lines = explain("==", BEFORE, snapshot(engine="other"))

    assert lines is not None
    assert "cannot be compared" in lines[1]


def test_other_comparisons_are_pytests_own() -> None:
    assert explain("==", 1, BEFORE) is None
    assert explain("<", BEFORE, AFTER) is None
