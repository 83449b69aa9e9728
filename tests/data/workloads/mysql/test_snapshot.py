"""What a snapshot of a real server sees: each alteration below is made and must be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_kanister._data.proof import Diff, compare
from pytest_kanister._data.workloads.mysql.snapshots import take_snapshot
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from pytest_kanister._data.workloads.mysql import MySQL

pytestmark = pytest.mark.slow

# (column type, value before, value after): as SQL.
VALUES = {
    "null-empty": ("VARCHAR(9)", "NULL", "''"),
    "null-word": ("VARCHAR(9)", "NULL", "'NULL'"),
    "null-zero": ("INT", "NULL", "0"),
    "case": ("VARCHAR(9)", "'a'", "'A'"),
    "accent": ("TEXT", "'e'", "'é'"),
    "trailing-space": ("VARCHAR(9)", "'a'", "'a '"),
    "emoji": ("VARCHAR(9)", "'h😀'", "'h?'"),
    "latin1": ("VARCHAR(9) CHARACTER SET latin1", "'é'", "'è'"),
    "utf16": ("VARCHAR(9) CHARACTER SET utf16", "'é'", "'è'"),
    "binary-zero": ("VARBINARY(9)", "x'00'", "x''"),
    "blob": ("BLOB", "x'ff00'", "x'ff01'"),
    "long-text": ("LONGTEXT", "CONCAT(REPEAT('x', 3000000), 1)", "CONCAT(REPEAT('x', 3000000), 2)"),
    "bigint": ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551614"),
    "decimal": ("DECIMAL(30,10)", "12345678901234567890.0000000001", "12345678901234567890"),
    "float": ("FLOAT", "16777216", "16777200"),
    "float-digits": ("FLOAT", "123456.7890625", "123457"),
    "double": ("DOUBLE", "0.1e0 + 0.2e0", "0.3e0"),
    "double-rounded": ("DOUBLE(30,2)", "1234567890123456.75", "1234567890123456.5"),
    "minus-zero": ("DOUBLE", "-0e0", "0e0"),
    "bit": ("BIT(9)", "b'100000000'", "b'000000000'"),
    "date": ("DATE", "'2026-02-28'", "'2026-03-01'"),
    "zero-date": ("DATE", "'0000-00-00'", "NULL"),
    "microsecond": ("DATETIME(6)", "'2026-01-01 00:00:00.000001'", "'2026-01-01 00:00:00'"),
    "time": ("TIME(3)", "'-838:59:59'", "'838:59:59'"),
    "timestamp": ("TIMESTAMP NULL", "'2026-01-01 00:00:00'", "'2026-01-01 01:00:00'"),
    "year": ("YEAR", "1999", "2099"),
    "json": ("JSON", "'{\"a\": 1}'", "'{\"a\": \"1\"}'"),
    "enum": ("ENUM('a','b')", "'a'", "'b'"),
    "set": ("SET('a','b')", "'a,b'", "'a'"),
    "point": ("POINT", "POINT(1,2)", "POINT(1,3)"),
    "vector": ("VECTOR(2)", "TO_VECTOR('[1,2]')", "TO_VECTOR('[1,3]')"),
}  # fmt: skip


@pytest.mark.parametrize("case", VALUES)
def test_a_changed_value_is_seen(mysql: MySQL, case: str) -> None:
    column, old, new = VALUES[case]
    # Without a strict mode, so that zero dates can be stored; the snapshot sets its own mode.
    lax = "SET sql_mode = '';"
    mysql.execute(f"CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, v {column})")
    mysql.execute(f"{lax} INSERT INTO d.t VALUES (1, {old}), (2, {old})")
    before = mysql.snapshot()
    assert before == mysql.snapshot()
    mysql.execute(f"{lax} UPDATE d.t SET v = {new} WHERE id = 2")
    after = mysql.snapshot()
    assert after != before
    diff = compare(before, after)
    assert diff.grades == ("data",)
    (table,) = diff.tables.entries
    assert (table.missing_rows, table.changed_rows, table.extra_rows) == (0, 1, 0)
    mysql.execute(f"{lax} UPDATE d.t SET v = {old} WHERE id = 2")
    assert mysql.snapshot() == before


# (statement, grades, what the diff names)
ALTERATIONS = {
    "column default": ("ALTER TABLE d.t ALTER name SET DEFAULT 'y'", "schema", "column name"),
    "column comment": ("ALTER TABLE d.t MODIFY name VARCHAR(20) DEFAULT 'x'", "schema", "whose"),
    "column type": ("ALTER TABLE d.parts MODIFY id BIGINT", "schema", "column id: int"),
    "column collation": (
        "ALTER TABLE d.t MODIFY name VARCHAR(20) COLLATE utf8mb4_general_ci DEFAULT 'x' "
        "COMMENT 'whose'",
        "schema",
        "utf8mb4_general_ci",
    ),
    "column added": ("ALTER TABLE d.parts ADD more INT", "schema", "column more"),
    "column dropped": ("ALTER TABLE d.t DROP COLUMN twice", "data schema", "the data of twice"),
    "expression": (
        "ALTER TABLE d.t MODIFY twice INT AS (parent * 3)",
        "data schema",
        "`parent` * 3",
    ),
    "index dropped": ("ALTER TABLE d.t DROP KEY by_name", "schema", "key by_name"),
    "index added": ("ALTER TABLE d.parts ADD KEY k (id)", "schema", "key k"),
    "check dropped": ("ALTER TABLE d.t DROP CHECK positive", "schema", "constraint positive"),
    "foreign key": ("ALTER TABLE d.t DROP FOREIGN KEY has_parent", "schema", "has_parent"),
    "counter": ("ALTER TABLE d.t AUTO_INCREMENT = 100", "schema", "AUTO_INCREMENT: 3 -> 100"),
    "table comment": ("ALTER TABLE d.t COMMENT 'other'", "schema", "option COMMENT"),
    "engine": (
        "ALTER TABLE d.parts REMOVE PARTITIONING; ALTER TABLE d.parts ENGINE = MyISAM",
        "schema",
        "option ENGINE: InnoDB -> MyISAM",
    ),
    "partitions": ("ALTER TABLE d.parts REMOVE PARTITIONING", "schema", "partitions"),
    "primary key": (
        "ALTER TABLE d.t DROP PRIMARY KEY, ADD UNIQUE KEY (id)",
        "schema",
        "primary key",
    ),
    "duplicate dropped": ("DELETE FROM d.parts WHERE id = 1 LIMIT 1", "data", "2 before, 1 after"),
    "table emptied": ("TRUNCATE d.parts", "data", "3 rows before, 0 after"),
    "table dropped": ("DROP TABLE d.parts", "data schema", "table d.parts: missing, with 3 rows"),
    "table added": ("CREATE TABLE d.more (id INT)", "extra", "table d.more: extra"),
    "table renamed": ("RENAME TABLE d.parts TO d.other", "data schema extra", "d.other: extra"),
    "database added": ("CREATE DATABASE more", "extra", "database more: extra"),
    "database altered": ("ALTER DATABASE d COLLATE utf8mb4_general_ci", "schema", "collation"),
    "view dropped": ("DROP VIEW d.v", "schema", "view d.v: missing"),
    "view altered": ("ALTER VIEW d.v AS SELECT id FROM d.t", "schema", "view definition"),
    "view security": (
        "ALTER SQL SECURITY INVOKER VIEW d.v AS SELECT name FROM d.t",
        "schema",
        "security type: DEFINER -> INVOKER",
    ),
    "trigger dropped": ("DROP TRIGGER d.before_insert", "code", "trigger d.before_insert: missing"),
    "procedure dropped": ("DROP PROCEDURE d.p", "code", "procedure d.p: missing"),
    "procedure altered": (
        "DROP PROCEDURE d.p; CREATE PROCEDURE d.p() SELECT 3",
        "code",
        "-> SELECT 3",
    ),
    "parameter": (
        "DROP PROCEDURE d.p; CREATE PROCEDURE d.p(a INT) BEGIN SELECT 1; SELECT 2; END",
        "code",
        "parameters",
    ),
    "function dropped": ("DROP FUNCTION d.f", "code", "function d.f: missing"),
    "event enabled": ("ALTER EVENT d.e ENABLE", "code", "status: DISABLED -> ENABLED"),
    "event dropped": ("DROP EVENT d.e", "code", "event d.e: missing"),
}  # fmt: skip


@pytest.mark.parametrize("case", ALTERATIONS)
def test_an_alteration_is_seen_graded_and_named(mysql: MySQL, scene: str, case: str) -> None:
    statement, grades, named = ALTERATIONS[case]
    mysql.execute(scene)
    before = mysql.snapshot()
    mysql.execute(statement)
    after = mysql.snapshot()
    assert after != before
    diff = compare(before, after)
    assert diff.grades == tuple(grades.split())
    assert named in str(diff)


def test_a_faithful_copy_is_equal(mysql: MySQL, scene: str) -> None:
    mysql.execute(scene)
    before = mysql.snapshot()
    mysql.execute("DROP DATABASE d")
    assert compare(before, mysql.snapshot()).grades == ("data", "schema", "code")
    mysql.execute(scene)
    assert mysql.snapshot() == before


def test_rows_are_raw_bytes_whatever_the_session_would_show(mysql: MySQL) -> None:
    mysql.execute(
        "CREATE DATABASE d; CREATE TABLE d.t (a VARCHAR(9) CHARACTER SET latin1, b TIMESTAMP);"
        "SET time_zone = '+05:00'; INSERT INTO d.t VALUES ('é', '2026-01-01 05:00:00')"
    )
    table = mysql.snapshot().tables["d", "t"]
    assert table.rows == {(b"\xe9", b"2026-01-01 00:00:00"): 1}


def test_odd_names(mysql: MySQL) -> None:
    mysql.execute(
        'CREATE DATABASE `my db``s`; CREATE TABLE `my db``s`.`select` (`from` INT, `a"b c` INT);'
        "INSERT INTO `my db``s`.`select` VALUES (1, 2)"
    )
    snapshot = mysql.snapshot()
    table = snapshot.tables["my db`s", "select"]
    assert [column.name for column in table.columns] == ["from", 'a"b c']
    assert table.rows == {(b"1", b"2"): 1}


def test_empty_databases_and_tables_count(mysql: MySQL) -> None:
    mysql.execute("CREATE DATABASE a; CREATE DATABASE b; CREATE TABLE b.t (id INT)")
    snapshot = mysql.snapshot()
    assert set(snapshot.inventory["database"]) == {("a",), ("b",)}
    assert snapshot.tables["b", "t"].row_count == 0
    assert snapshot.facts["version"]


def test_a_snapshot_sees_one_moment_and_changes_nothing(mysql: MySQL) -> None:
    mysql.seed("accounts")
    before = mysql.snapshot()
    mysql.snapshot()
    assert mysql.snapshot() == before
    assert before.taken_at_s is not None


@pytest.mark.parametrize("bounds", [{"most_rows": 8}, {"most_bytes": 20}])
def test_more_data_than_memory_is_unverified(mysql: MySQL, bounds: dict[str, int]) -> None:
    mysql.seed("accounts")
    with (
        mysql._connect(raw=True) as connection,
        pytest.raises(Unverified, match="too much data"),
    ):
        take_snapshot(connection, **bounds)


def test_the_text_of_the_tutorials_accident(mysql: MySQL) -> None:
    mysql.seed("accounts")
    before = mysql.snapshot()
    mysql.execute(
        "DELETE FROM myImportantData.Accounts WHERE name = 'beatrice';"
        "UPDATE myImportantData.Accounts SET balance = 5590 WHERE name = 'edward';"
        "INSERT INTO myImportantData.Accounts VALUES ('nick', 0)"
    )
    diff: Diff = compare(before, mysql.snapshot())
    assert str(diff).splitlines() == [
        "table myImportantData.Accounts: 9 rows before, 9 after",
        "  - missing  ('beatrice', 1321)",
        "  ~ changed  ('edward', 5589) -> ('edward', 5590)   balance: 5589 -> 5590",
        "  + extra    ('nick', 0)  (1 before, 2 after)",
    ]
