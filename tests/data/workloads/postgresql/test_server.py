"""Deploying, seeding, damaging a real PostgreSQL server in a real (embedded) cluster."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.workloads.postgresql import PostgreSQL
from pytest_kanister._data.workloads.postgresql.connection import PORT, Login, connect
from pytest_kanister._data.workloads.postgresql.snapshots import take_snapshot
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import SECRETS
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import EnvironmentProblem, Unverified, UsageProblem
from tests.data.proof.sabotage.postgresql import reset

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def test_says_what_really_runs(postgresql: PostgreSQL) -> None:
    assert postgresql.version().startswith("PostgreSQL 1")
    assert postgresql.version().endswith(" (for postgres:18)")


def test_the_secret_holds_the_password_that_works(postgresql: PostgreSQL, kube: KubeClient) -> None:
    secret = kube.get(SECRETS, "store-postgresql", postgresql.namespace)["data"]
    assert secret["postgres-password"] == secret["postgresql-password"]
    assert postgresql.execute("SELECT current_user") == [("postgres",)]
    password = base64.b64decode(secret["postgres-password"]).decode()
    done = kube.exec(
        postgresql.namespace,
        "store-postgresql-0",
        ["psql", "-h", "store-postgresql", "-U", "postgres", "-Atc", "SELECT 1"],
    )
    assert done.exit_status != 0
    assert b"no password supplied" in done.stderr, "whoever is in the pod is let in over TCP"
    assert password not in str(done)


def test_seeding_counts_rows(postgresql: PostgreSQL, tmp_path: Path) -> None:
    assert postgresql.seed("accounts") == 9
    rows = postgresql.execute('SELECT name, balance FROM "Accounts"', database="myImportantData")
    assert len(rows) == 9
    assert ("rastapopoulos", 377) in rows
    file = tmp_path / "more.sql"
    file.write_text(
        "CREATE DATABASE d;\n\\connect d\nCREATE TABLE t (a text);\nCOPY t FROM stdin;\nü\n\\.\n"
    )
    assert postgresql.seed(file) == 1


def test_what_the_server_refuses_is_told(postgresql: PostgreSQL, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"error 42P01: relation \"no_such\" does not exist"):
        postgresql.execute("SELECT * FROM no_such")
    with pytest.raises(UsageProblem, match='database "nowhere" does not exist'):
        postgresql.execute("SELECT 1", database="nowhere")
    file = tmp_path / "broken.sql"
    file.write_text("SELECT 1;\nNONSENSE;\n")
    with pytest.raises(UsageProblem, match="NONSENSE"):
        postgresql.seed(file)
    with pytest.raises(UsageProblem, match="cannot read the dataset"):
        postgresql.seed(tmp_path / "absent.sql")


@pytest.mark.parametrize(
    ("how", "words", "named"),
    [
        (
            {"drop": "myImportantData"},
            "dropped database myImportantData (1 table, 9 rows)",
            "database myImportantData: missing",
        ),
        (
            {"dropTable": "myImportantData.Accounts"},
            "dropped table myImportantData.Accounts (9 rows)",
            "table myImportantData.public.Accounts: missing, with 9 rows",
        ),
        (
            {"deleteRows": {"table": "myImportantData.public.Accounts", "where": "balance > 1000"}},
            "deleted 2 rows of myImportantData.public.Accounts where balance > 1000",
            "- missing  ('edward', 5589)",
        ),
        (
            {
                "changeRows": {
                    "table": "myImportantData.Accounts",
                    "set": "balance = 1",
                    "where": "name = 'nick'",
                }
            },
            "changed 1 row of myImportantData.Accounts where name = 'nick': balance = 1",
            "balance: 0 -> 1",
        ),
        ({"dropRole": "clerk"}, "dropped role clerk", "role clerk: missing"),
        (
            {"sql": '\\connect myImportantData\nTRUNCATE "Accounts"'},
            'ran \\connect myImportantData TRUNCATE "Accounts"',
            "9 rows before, 0 after",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_damage_is_done_told_and_seen(
    postgresql: PostgreSQL, how: dict[str, Any], words: str, named: str
) -> None:
    postgresql.seed("accounts")
    postgresql.run_script(
        "CREATE ROLE clerk;\n\\connect myImportantData\nALTER SCHEMA public OWNER TO clerk"
    )
    before = postgresql.snapshot()
    assert postgresql.damage(**how) == words
    assert named in str(compare(before, postgresql.snapshot()))


@pytest.mark.parametrize("how", ["wipeVolume", "emptyServer"])
def test_a_volume_is_lost_and_the_server_is_new(postgresql: PostgreSQL, how: str) -> None:
    postgresql.seed("accounts")
    before = postgresql.snapshot()
    assert "the volume data-store-postgresql-0; the server is empty" in postgresql.damage(
        **{how: True}
    )
    after = postgresql.snapshot()
    assert not after.tables
    assert "database myImportantData: missing" in str(compare(before, after))


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({}, "expected one of changeRows, deleteRows"),
        ({"explode": True}, "found 'explode'"),
        ({"drop": "nowhere"}, "there is no database 'nowhere'"),
        ({"drop": 5}, "expected a database's name, found 5"),
        ({"dropTable": "nowhere"}, "expected database.schema.table"),
        ({"dropTable": "postgres.nowhere"}, "there is no table 'postgres.nowhere'"),
        ({"deleteRows": "x"}, "expected {table"),
        ({"dropRole": "nobody"}, "there is no role 'nobody'"),
        ({"wipeVolume": "yes"}, "expected true"),
        ({"sql": ""}, "expected SQL statements"),
    ],
)
def test_damage_that_cannot_be_done(postgresql: PostgreSQL, how: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageProblem, match=told):
        postgresql.damage(**how)


def test_damage_without_effect_is_refused(postgresql: PostgreSQL) -> None:
    postgresql.seed("accounts")
    table = "myImportantData.Accounts"
    with pytest.raises(UsageProblem, match=r"no row of .* has balance < 0"):
        postgresql.damage(deleteRows={"table": table, "where": "balance < 0"})
    with pytest.raises(UsageProblem, match="is changed by balance = balance"):
        postgresql.damage(changeRows={"table": table, "set": "balance = balance", "where": "true"})


def test_a_type_that_cannot_be_compared_is_unverified(postgresql: PostgreSQL) -> None:
    postgresql.execute("CREATE TABLE t (rights aclitem[])")
    try:
        with pytest.raises(Unverified, match=r"column rights has type aclitem\[\]"):
            postgresql.snapshot()
    finally:
        postgresql.execute("DROP TABLE t")


def test_a_database_that_lets_nobody_in_is_unverified(postgresql: PostgreSQL) -> None:
    postgresql.execute("CREATE DATABASE closed ALLOW_CONNECTIONS false")
    with pytest.raises(Unverified, match="the database closed allows no connections"):
        postgresql.snapshot()
    reset(postgresql)


def test_all_databases_are_seen_at_one_moment(postgresql: PostgreSQL) -> None:
    """A transaction that is open all the while is seen by none of them, or by all."""
    postgresql.execute("CREATE DATABASE d")
    postgresql.execute("CREATE TABLE t (a int)", database="d")
    before = postgresql.snapshot()
    with postgresql._reopen("d") as connection:
        connection.autocommit = False
        connection.execute("INSERT INTO t VALUES (1)")
        assert postgresql.snapshot() == before
        connection.commit()
    assert "0 rows before, 1 after" in str(compare(before, postgresql.snapshot()))


def test_passwords_are_in_no_snapshot(postgresql: PostgreSQL) -> None:
    postgresql.run_script(
        "CREATE ROLE clerk PASSWORD 'very-secret-1'; CREATE FOREIGN DATA WRAPPER w;"
        "CREATE SERVER s FOREIGN DATA WRAPPER w;"
        "CREATE USER MAPPING FOR clerk SERVER s OPTIONS (password 'very-secret-2');"
    )
    text = str(postgresql.snapshot().inventory)
    postgresql.run_script("DROP FOREIGN DATA WRAPPER w CASCADE")
    assert "very-secret" not in text
    assert "SCRAM-SHA-256" not in text
    assert text.count("fingerprint ") >= 3


def test_an_account_that_does_not_see_everything_is_refused(
    postgresql: PostgreSQL, kube: KubeClient
) -> None:
    postgresql.execute("CREATE ROLE clerk LOGIN PASSWORD 'x'")
    with kube.reach(postgresql.namespace, "store-postgresql", PORT) as address:
        opened = partial(connect, Login(address, Secret("x"), "clerk"))
        with pytest.raises(UsageProblem, match="the account clerk does not see everything"):
            take_snapshot(opened)
        wrong = partial(connect, Login(address, Secret("wrong"), "clerk"))
        with pytest.raises(EnvironmentProblem, match="password authentication failed"):
            take_snapshot(wrong)
