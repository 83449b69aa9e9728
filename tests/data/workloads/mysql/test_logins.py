"""Passwords that go through the harness are found in statements, and tried."""

from __future__ import annotations

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.logins import Logins


@pytest.mark.parametrize(
    ("statement", "accounts"),
    [
        ("CREATE USER a IDENTIFIED BY 'x'", ["'a'@'%'"]),
        ("create user 'a'@'10.%' identified with sha256_password by \"x\"", ["'a'@'10.%'"]),
        ("CREATE USER IF NOT EXISTS `a b` @ localhost IDENTIFIED BY 'x'", ["'a b'@'localhost'"]),
        ("CREATE USER a IDENTIFIED BY 'x', 'o''b' IDENTIFIED BY 'y'", ["'a'@'%'", "'o'b'@'%'"]),
        ("CREATE OR REPLACE USER a IDENTIFIED BY 'x'", ["'a'@'%'"]),
        ("CREATE USER a IDENTIFIED VIA mysql_native_password USING PASSWORD('x')", ["'a'@'%'"]),
        ("CREATE USER a", []),
        ("CREATE USER a IDENTIFIED BY RANDOM PASSWORD", []),
        ("ALTER USER a IDENTIFIED BY 'x'", []),
        ("INSERT INTO t VALUES ('CREATE USER a IDENTIFIED BY x')", []),
        ("/* why */ CREATE USER a IDENTIFIED BY 'x'; SELECT 1", ["'a'@'%'"]),
    ],
)
def test_whose_password_is_known(statement: str, accounts: list[str]) -> None:
    logins = Logins()
    logins.learn(statement)
    assert list(logins._given) == accounts
    assert bool(logins) == bool(accounts)


@pytest.mark.parametrize(
    ("literal", "password"),
    [(r"'it''s'", "it's"), (r"'a\'b\\'", "a'b\\"), ('"x""y"', 'x"y'), (r"'\n\%'", "\n%")],
)
def test_a_password_is_read_as_mysql_reads_it(literal: str, password: str) -> None:
    logins = Logins()
    logins.learn(f"CREATE USER a IDENTIFIED BY {literal}")
    assert [secret.reveal() for secret in logins._given["'a'@'%'"]] == [password]


def test_a_password_is_in_no_text() -> None:
    logins = Logins()
    logins.learn("CREATE USER a IDENTIFIED BY 'very secret'")
    assert "very secret" not in repr(logins._given)


@pytest.mark.slow
def test_logins_are_part_of_the_snapshot(mysql: MySQL) -> None:
    mysql.execute(
        "CREATE USER tried IDENTIFIED BY 'one-1'; CREATE ROLE seen; GRANT seen TO tried;"
        "SET DEFAULT ROLE seen TO tried; ALTER USER tried IDENTIFIED BY 'two-2'"
    )
    before = mysql.snapshot()
    assert before.inventory["login"]["'tried'@'%'",] == {
        "login": "let in with password 2 as tried@%, roles `seen`@`%`"
    }
    mysql.execute("ALTER USER tried IDENTIFIED BY 'one-1'")
    diff = compare(before, mysql.snapshot())
    assert "password 2 as tried@%, roles `seen`@`%` -> let in with password 1" in str(diff)
    assert diff.grades == ("users",)


@pytest.mark.slow
def test_an_account_that_failed_logins_lock_is_left_alone(mysql: MySQL) -> None:
    mysql.execute(
        "CREATE USER shy IDENTIFIED BY 's-1' FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1"
    )
    found = mysql.snapshot().inventory["login"]["'shy'@'%'",]
    assert found == {"login": "not tried, as failed logins lock the account"}
