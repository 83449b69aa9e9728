"""Rows of a real PostgreSQL, as its COPY sends them: whole or as digests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest

from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof import Collector, Snapshot, compare
from pytest_kanister._data.proof.encoding import COPY_TEXT
from pytest_kanister._data.workloads.postgresql import PostgreSQL, rows
from pytest_kanister._data.workloads.postgresql.rows import stream
from pytest_kanister._data.workloads.postgresql.snapshots import take_snapshot
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

pytestmark = pytest.mark.slow


@pytest.fixture(params=["wire", "libpq"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways in which rows are read: off the socket, and, as through TLS, by libpq."""
    if request.param == "libpq":

        def by_libpq(libpq: Any, query: bytes, _: float) -> Iterator[list[bytes]]:
            return rows._by_libpq(libpq, query)

        monkeypatch.setattr(rows, "rows_off_the_wire", by_libpq)


@pytest.fixture(scope="module")
def server(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> Iterator[PostgreSQL]:
    made = PostgreSQL(kube, settings, name="rows", namespace=namespace("data-rows"), options={})
    made.deploy()
    made.wait_ready()
    yield made
    made.remove()


def test_lines_are_rows(server: PostgreSQL) -> None:
    with server._connecting() as opened, opened("postgres") as connection:
        source = r"(SELECT 1, NULL, E'a\tb\\N\n', '', '\N')"
        (row,) = chain(*stream(connection, source))
        assert COPY_TEXT.decode(row, 5) == (b"1", None, b"a\tb\\N\n", b"", b"\\N")
        assert COPY_TEXT.encode(COPY_TEXT.decode(row, 5)) == row
        # Rows of no columns, no rows, and rows larger than any buffer; the connection stays good.
        assert list(chain(*stream(connection, "(SELECT FROM generate_series(1, 3))"))) == [b""] * 3
        assert list(chain(*stream(connection, "(SELECT WHERE false)"))) == []
        wide = "(SELECT repeat('x', 20000000) FROM generate_series(1, 2))"
        assert [len(row) for row in chain(*stream(connection, wide))] == [20_000_000] * 2
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("absent", 'relation "absent" does not exist'),
        ("(SELECT 1 / (90000 - i) FROM generate_series(1, 99999) AS n (i))", "division by zero"),
    ],
)
def test_refusals(server: PostgreSQL, source: str, text: str) -> None:
    with (
        server._connecting() as opened,
        opened("postgres") as connection,
        pytest.raises(UsageProblem, match=f"PostgreSQL refused while rows were read: {text}"),
    ):
        list(stream(connection, source))


def test_a_connection_that_is_cut(server: PostgreSQL) -> None:
    with server._connecting() as opened, opened("postgres") as connection:
        found = stream(connection, "(SELECT repeat('x', 1000) FROM generate_series(1, 200000))")
        next(found)
        server.execute(f"SELECT pg_terminate_backend({connection.info.backend_pid})")
        with pytest.raises(EnvironmentProblem, match="went away while rows were read"):
            list(found)


def snapshot_as(server: PostgreSQL, full_rows: int) -> Snapshot:
    with server._connecting() as opened:
        collector = Collector(RunFile().table, full_rows=full_rows)
        return take_snapshot(opened, collector, server._reopen)


def test_digests_and_whole_rows_are_one_content(server: PostgreSQL) -> None:
    server.execute(
        "DROP TABLE IF EXISTS t, pairs;"
        "CREATE TABLE t (id int PRIMARY KEY, f float8, r real, x text, b bytea, n numeric);"
        "INSERT INTO t VALUES (1, 'NaN', '-0', E'a\\tb', '\\x00ff', 1.10), (2, 1e308, 0.1, '', '',"
        " 'Infinity'), (3, NULL, NULL, NULL, NULL, NULL);"
        "CREATE TABLE pairs (name text, balance int);"
        "INSERT INTO pairs VALUES ('a', 1), ('a', 1), (NULL, NULL), ('\\N', 0)"
    )
    whole, digested = snapshot_as(server, 99), snapshot_as(server, 0)
    assert whole == digested == snapshot_as(server, 0)
    table = "postgres", "public", "t"
    assert digested.tables[table].digests
    assert not whole.tables[table].digests
    server.execute("UPDATE t SET r = 0.0 WHERE id = 1; INSERT INTO pairs VALUES ('a', 1)")
    after = snapshot_as(server, 0)
    for before in (whole, digested):
        pairs, found = compare(before, after).tables.entries
        assert (found.missing_rows, found.changed_rows, found.extra_rows) == (0, 1, 0)
        (more,) = pairs.extra.entries
        assert (more.row, more.before, more.after) == ((b"a", b"1"), 2, 3)
