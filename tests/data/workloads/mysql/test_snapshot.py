"""What a snapshot of a real server sees; what must be found is in `test_sabotage`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pytest_kanister._data.proof import Diff, compare

if TYPE_CHECKING:
    from pytest_kanister._data.workloads.mysql import MySQL

pytestmark = pytest.mark.slow


def test_a_faithful_copy_is_equal(mysql: MySQL, scene: str) -> None:
    mysql.execute(scene)
    before = mysql.snapshot()
    mysql.execute("DROP DATABASE d")
    assert compare(before, mysql.snapshot()).grades == ("data", "schema", "code")
    # An account made anew has another salt; this one has outlived its database.
    mysql.execute(re.sub(r"(?m)^(CREATE USER|GRANT) .*;$", "", scene))
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
