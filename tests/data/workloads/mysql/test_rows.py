"""Rows off the wire of a real server: the driver's own, whole or as digests."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from pytest_kanister.__main__ import main
from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof import Collector, Snapshot, compare
from pytest_kanister._data.proof.encoding import LENGTHS
from pytest_kanister._data.workloads.mysql.rows import begin, stream
from pytest_kanister._data.workloads.mysql.snapshots import take_snapshot
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_kanister._data.workloads.mysql import MySQL
    from pytest_kanister._kube import KubeClient

pytestmark = pytest.mark.slow

TYPES = """
CREATE DATABASE d; USE d;
CREATE TABLE t (
  id INT PRIMARY KEY, a TINYINT, b BIGINT UNSIGNED, c INT(9) ZEROFILL, y YEAR, f FLOAT, g DOUBLE,
  h DOUBLE(12, 3), p DECIMAL(65, 30), v VARCHAR(40) CHARACTER SET latin1, w TEXT, x CHAR(5),
  bits BIT(17), bin VARBINARY(20), blo BLOB, at DATETIME(6), stamp TIMESTAMP(3), d DATE, i TIME(2),
  j JSON, e ENUM('a', 'ß', ''), s SET('x', 'y'), pnt POINT);
SET sql_mode = '';
INSERT INTO t VALUES
  (1, -128, 18446744073709551615, 7, 1901, 16777217, 1e308, 1.5, 0.1, 'é', '😀', 'a ', b'1', 0x00,
   0xFB, '0000-00-00', '1970-01-01 00:00:01.5', '2026-00-00', '-838:59:59', '{"b": 1, "a": null}',
   'ß', 'x,y', ST_GeomFromText('POINT(1 2)')),
  (2, 127, 0, 0, 0, -0.0, -0.0, -0.0, -0.1, '', 'NULL', '', b'0', '', REPEAT('x', 70000),
   '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '9999-12-31', '838:59:59', '"t"', '', '',
   ST_GeomFromText('POINT(-0.0 0.1)'));
INSERT INTO t (id) VALUES (3);
CREATE TABLE pairs (name VARCHAR(9), balance INT);
INSERT INTO pairs VALUES ('a', 1), ('a', 1), (NULL, NULL), ('', 0), ('NULL', NULL)
"""


def test_the_driver_reads_the_same_rows(mysql: MySQL) -> None:
    mysql.execute(TYPES)
    for table in ("t", "pairs"):
        with mysql._connect(raw=True) as connection:
            begin(connection)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM d.{table}")
                told = [LENGTHS.encode(tuple(row)) for row in cursor.fetchall()]
            found = list(chain(*stream(connection, f"SELECT * FROM d.{table}")))
            # What comes next on the same connection is not touched by it.
            assert list(chain(*stream(connection, "SELECT 1, NULL"))) == [b"\x011\xfb"]
        assert found == told
        assert [LENGTHS.encode(LENGTHS.decode(row, len_of(row))) for row in found] == found


def len_of(row: bytes) -> int:
    for cells in range(1, 30):
        try:
            LENGTHS.decode(row, cells)
        except Exception:
            continue
        return cells
    raise AssertionError(row)


def snapshot_as(mysql: MySQL, full_rows: int) -> Snapshot:
    with mysql._connect(raw=True) as connection:
        return take_snapshot(
            connection,
            Collector(RunFile().table, full_rows=full_rows),
            lambda: mysql._connect(raw=True),
        )


def test_digests_and_whole_rows_are_one_content(mysql: MySQL) -> None:
    mysql.execute(TYPES)
    whole, digested = snapshot_as(mysql, 99), snapshot_as(mysql, 0)
    assert all(table.digests for table in digested.tables.values())
    assert not any(table.digests for table in whole.tables.values())
    assert whole == digested == snapshot_as(mysql, 0)
    columns = [column.name for column in whole.tables["d", "t"].columns if column.name != "id"]
    for column in columns:
        mysql.execute(f"UPDATE d.t SET `{column}` = NULL WHERE id = 1")
        after = snapshot_as(mysql, 0)
        for before in (whole, digested):
            (found,) = compare(before, after).tables.entries
            assert (found.missing_rows, found.changed_rows, found.extra_rows) == (0, 1, 0)
        whole, digested = snapshot_as(mysql, 99), after
        assert whole == digested


def test_the_setting_decides(mysql: MySQL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysql, "_settings", replace(mysql._settings, full_rows=8))
    mysql.seed("accounts")
    before = mysql.snapshot()
    assert before.tables["myImportantData", "Accounts"].digests
    mysql.execute(
        "DELETE FROM myImportantData.Accounts WHERE name = 'beatrice';"
        "INSERT INTO myImportantData.Accounts VALUES ('nick', 0), ('new', 1)"
    )
    assert str(compare(before, mysql.snapshot())).splitlines() == [
        "table myImportantData.Accounts: 9 rows before, 10 after",
        "             (?: of a table this large, rows are kept as digests)",
        "  - missing  (?, ?)",
        "  + extra    ('new', 1)",
        "  + extra    ('nick', 0)  (1 before, 2 after)",
    ]


@pytest.mark.parametrize("size", [2**24 - 7, 2**24 - 6, 2**24 - 5, 2**24 - 4, 2**24, 2**25])
def test_rows_of_several_packets(mysql: MySQL, size: int) -> None:
    """A row's packet is full at 2^24 - 1 bytes; four of them are the length of the cell."""
    select = f"SELECT REPEAT('x', {size}) UNION ALL SELECT 'y'"
    with mysql._connect(raw=True) as connection:
        rows = list(chain(*stream(connection, select)))
    assert [LENGTHS.decode(row, 1) for row in rows] == [(b"x" * size,), (b"y",)]


def numbers(mysql: MySQL) -> None:
    mysql.execute(
        "CREATE DATABASE d; USE d; SET cte_max_recursion_depth = 200000; CREATE TABLE n (i INT);"
        "INSERT INTO n WITH RECURSIVE c (i) AS "
        "(SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 100000) SELECT i FROM c"
    )


def test_a_refusal_between_two_rows(mysql: MySQL) -> None:
    numbers(mysql)
    select = "SELECT EXP(IF(i = 90000, 1000, 0)) FROM d.n"
    with mysql._connect(raw=True) as connection:
        batches = stream(connection, select)
        assert next(batches)
        with pytest.raises(UsageProblem, match="MySQL refused while rows were read: error 1690"):
            list(batches)


def test_a_refusal_at_once(mysql: MySQL) -> None:
    with pytest.raises(UsageProblem, match="error 1146"), mysql._connect(raw=True) as connection:
        list(stream(connection, "SELECT * FROM mysql.absent"))


def test_a_connection_that_is_cut(mysql: MySQL) -> None:
    numbers(mysql)

    def read() -> Iterator[int]:
        with mysql._connect(raw=True) as connection:
            # More than what any buffer between us holds.
            select = "SELECT REPEAT('x', 1000) FROM d.n"
            for batch in stream(connection, select):
                yield connection.thread_id()  # type: ignore[no-untyped-call]
                del batch

    rest = read()
    mysql.execute(f"KILL {next(rest)}")
    with pytest.raises((EnvironmentProblem, UsageProblem), match="while rows were read"):
        list(rest)


def test_the_commands_with_digests_and_a_server_as_it_is(
    kube: KubeClient,
    mysql: MySQL,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mysql.seed("accounts")
    mysql.execute("ALTER TABLE myImportantData.Accounts ADD PRIMARY KEY (name(20))")
    monkeypatch.setenv("PYTEST_KANISTER_PASSWORD", mysql._release.password().reveal())
    file = str(tmp_path / "before")
    with kube.reach(mysql.namespace, mysql.name, 3306, timeout_s=20) as address:
        target = f"mysql://root@{address.host}:{address.port}"
        assert main(["snapshot", target, "-o", file, "--full-rows", "8"]) == 0
        assert main(["diff", file, target, "--full-rows", "8"]) == 0
        assert main(["diff", file, target]) == 0  # the same rows, whole
        mysql.execute("UPDATE myImportantData.Accounts SET balance = 5590 WHERE name = 'edward'")
        capsys.readouterr()
        for more in ([], ["--full-rows", "8"]):
            assert main(["diff", file, target, *more]) == 1
            assert "  ~ changed  ('edward', ?) -> ('edward', 5590)\n" in capsys.readouterr().out
