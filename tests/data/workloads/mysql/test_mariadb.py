"""MariaDB, as it stands in where MySQL cannot be had: compared in full, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mariadb(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> Iterator[MySQL]:
    options = {"image": "mariadb:10.11"}
    server = MySQL(kube, settings, name="maria", namespace=namespace("maria"), options=options)
    server.deploy()
    server.wait_ready()
    server.seed("accounts")
    yield server
    server.remove()


def test_its_name_shows_in_the_result(mariadb: MySQL) -> None:
    assert mariadb.version().startswith("MariaDB 10.")
    assert mariadb.version().endswith("(for mariadb:10.11)")


def test_a_row_is_missed(mariadb: MySQL) -> None:
    before = mariadb.snapshot()
    assert mariadb.snapshot() == before

    mariadb.execute("DELETE FROM myImportantData.Accounts WHERE name = 'nick'")

    assert "missing" in str(compare(before, mariadb.snapshot()))
    mariadb.execute("INSERT INTO myImportantData.Accounts VALUES ('nick', 0)")
    assert mariadb.snapshot() == before


def test_accounts_are_looked_at_where_mariadb_keeps_them(mariadb: MySQL) -> None:
    mariadb.execute("CREATE USER clerk IDENTIFIED BY 'counts-9'; GRANT SELECT ON *.* TO clerk")
    before = mariadb.snapshot()

    assert before.engine == "mariadb"
    mariadb.damage(dropUser="clerk")

    assert str(compare(before, mariadb.snapshot())).splitlines() == [
        "global grant to 'clerk'@'%': missing (it was there before)",
        "login 'clerk'@'%': missing (it was there before)",
        "user 'clerk'@'%': missing (it was there before)",
    ]
