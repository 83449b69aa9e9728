"""Deploying, seeding, damaging a real MySQL server in a real (embedded) cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._model.resources import (
    PERSISTENTVOLUMECLAIMS,
    PODS,
    SECRETS,
    SERVICES,
    STATEFULSETS,
)
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.settings import Settings

pytestmark = pytest.mark.slow

KNOWN = "changeRows, deleteRows, drop, dropTable, dropUser, emptyServer, sql, wipeVolume"


def test_says_what_really_runs(mysql: MySQL) -> None:
    assert mysql.version().startswith("MySQL 9.")
    assert mysql.version().endswith(" (for mysql:9.7)")


def test_the_secret_holds_the_password_that_works(mysql: MySQL, kube: KubeClient) -> None:
    secret = kube.get(SECRETS, mysql.name, mysql.namespace)
    assert {"mysql-root-password", "mysql-password"} <= set(secret["data"])
    assert mysql.execute("SELECT CURRENT_USER()") == [("root@%",)]


def test_seeding_counts_rows(mysql: MySQL, tmp_path: Path) -> None:
    assert mysql.seed("accounts") == 9
    rows = mysql.execute("SELECT name, balance FROM myImportantData.Accounts")
    assert len(rows) == 9
    assert ("rastapopoulos", 377) in rows
    file = tmp_path / "more.sql"
    file.write_text(
        "CREATE DATABASE d; CREATE TABLE d.t (a TEXT); INSERT INTO d.t VALUES ('ü;'), ('2')"
    )
    assert mysql.seed(file) == 2
    assert mysql.execute("SELECT a FROM d.t ORDER BY a DESC") == [("ü;",), ("2",)]


def test_routines_with_and_without_delimiter(mysql: MySQL, tmp_path: Path) -> None:
    file = tmp_path / "routine.sql"
    file.write_text(
        "CREATE DATABASE d;\nCREATE PROCEDURE d.p()\nBEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\n"
        "DELIMITER //\nCREATE PROCEDURE d.q()\nBEGIN\n  SELECT 3;\nEND//\nDELIMITER ;\n"
        "CREATE TABLE d.t (a INT);\n"
    )
    mysql.seed(file)
    assert mysql.execute("CALL d.p()") == [(2,)]
    assert mysql.execute("CALL d.q(); CALL d.p(); CREATE TABLE d.u (a INT)") == [(2,)]


def test_a_body_cut_in_two_is_told(mysql: MySQL) -> None:
    with pytest.raises(UsageProblem, match="needs DELIMITER lines around it"):
        mysql.execute("CREATE PROCEDURE mysql.p() IF 1 THEN SELECT 1; END IF;")


def test_what_the_server_refuses_is_told(mysql: MySQL) -> None:
    with pytest.raises(UsageProblem, match=r"error 1146: .*no_such_table"):
        mysql.execute("SELECT * FROM mysql.no_such_table")
    # The second statement of several, too.
    with pytest.raises(UsageProblem, match=r"error 1064: .*\n  in: NONSENSE"):
        mysql.execute("SELECT 1; NONSENSE")


def test_an_unreadable_file_is_told(mysql: MySQL, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot read the dataset"):
        mysql.seed(tmp_path / "absent.sql")


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
            "table myImportantData.Accounts: missing, with 9 rows",
        ),
        (
            {"deleteRows": {"table": "myImportantData.Accounts", "where": "balance > 1000"}},
            "deleted 2 rows of myImportantData.Accounts where balance > 1000",
            "9 rows before, 7 after",
        ),
        (
            {
                "changeRows": {
                    "table": "myImportantData.Accounts",
                    "set": "balance = 0",
                    "where": "balance > 1000",
                }
            },
            "changed 2 rows of myImportantData.Accounts where balance > 1000: balance = 0",
            "balance: 5589 -> 0",
        ),
        (
            {"dropUser": "'clerk'@'%'"},
            "dropped user 'clerk'@'%'",
            "user 'clerk'@'%': missing",
        ),
        ({"dropUser": "clerk"}, "dropped user 'clerk'@'%'", "login 'clerk'@'%': missing"),
        (
            {"wipeVolume": True},
            "wiped the volume data-store-0; the server is empty",
            "database myImportantData: missing",
        ),
        (
            {"emptyServer": True},
            "replaced the volume data-store-0; the server is empty",
            "database myImportantData: missing",
        ),
        (
            {"sql": "UPDATE myImportantData.Accounts\n SET balance = 0"},
            "ran UPDATE myImportantData.Accounts SET balance = 0",
            "balance: 5589 -> 0",
        ),
    ],
)
def test_damage_is_done_and_told(mysql: MySQL, how: dict[str, Any], words: str, named: str) -> None:
    mysql.seed("accounts")
    mysql.execute("CREATE USER clerk IDENTIFIED BY 'counts-9'")
    before = mysql.snapshot()
    assert mysql.damage(**how) == words
    assert named in str(compare(before, mysql.snapshot()))


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ({}, f"expected one of {KNOWN}, found none"),
        ({"drop": "a", "sql": "b"}, "found drop, sql"),
        ({"melt": "a"}, f"MySQL knows {KNOWN}, found 'melt'"),
        ({"wipeVolume": "a"}, "damage wipeVolume: expected true, found 'a'"),
        ({"dropUser": "nobody"}, "there is no account 'nobody'"),
        ({"changeRows": {"table": "a.b"}}, "expected {table: database.table, set: assignments"),
        (
            {
                "changeRows": {
                    "table": "myImportantData.Accounts",
                    "set": "balance = balance",
                    "where": "1",
                }
            },
            "no row of myImportantData.Accounts with 1 is changed by balance = balance",
        ),
        ({"drop": "nothere"}, "there is no database 'nothere'"),
        ({"drop": "MYIMPORTANTDATA"}, "there is no database"),
        ({"drop": 7}, "expected a database's name, found 7"),
        ({"dropTable": "Accounts"}, "expected database.table, found 'Accounts'"),
        ({"dropTable": "myImportantData.nothere"}, "there is no table"),
        ({"deleteRows": "all"}, "expected {table: database.table, where: condition}"),
        (
            {"deleteRows": {"table": "myImportantData.Accounts", "where": "balance < 0"}},
            "no row of myImportantData.Accounts has balance < 0",
        ),
        ({"sql": ""}, "expected SQL statements"),
    ],
)
def test_damage_that_cannot_be_done_is_refused(
    mysql: MySQL, how: dict[str, Any], text: str
) -> None:
    mysql.seed("accounts")
    before = mysql.snapshot()
    with pytest.raises(UsageProblem) as caught:
        mysql.damage(**how)
    assert text in str(caught.value)
    assert mysql.snapshot() == before


def test_removing_leaves_nothing_and_can_be_repeated(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> None:
    where = namespace("data-mysql-removed")
    server = MySQL(kube, settings, name="gone", namespace=where, options={})
    server.deploy()
    server.wait_ready()
    server.remove()
    server.remove()
    label = "app.kubernetes.io/instance=gone"
    for resource in (STATEFULSETS, PODS, SERVICES, SECRETS, PERSISTENTVOLUMECLAIMS):
        assert kube.list(resource, where, label_selector=label) == []


def test_an_image_that_is_not_there_is_told_at_once(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> None:
    where = namespace("data-mysql-image")
    options = {"image": "example.invalid/no/such-database:1"}
    server = MySQL(kube, settings, name="broken", namespace=where, options=options)
    server.deploy()
    with pytest.raises(
        EnvironmentProblem, match=r"broken-0 cannot start: mysql: (Err)?Image"
    ) as no:
        server.wait_ready()
    assert "name an image that can be fetched" in str(no.value)
    server.remove()
