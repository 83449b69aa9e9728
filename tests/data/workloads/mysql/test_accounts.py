"""Accounts of a real server: every alteration is found, and what is not in force is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.workloads.mysql.grants import CLASSES

if TYPE_CHECKING:
    from pytest_kanister._data.workloads.mysql import MySQL

pytestmark = pytest.mark.slow

BRIEN = "'o''brien'@'10.%'"

# (statement, what the diff says)
ALTERATIONS = {
    "user dropped": ("DROP USER reader", "user 'reader'@'%': missing"),
    "user added": ("CREATE USER other", "user 'other'@'%': extra"),
    "password": ("ALTER USER reader IDENTIFIED BY 'other'", "password: fingerprint "),
    "plugin": (
        "ALTER USER reader IDENTIFIED WITH sha256_password BY 'reads-9'",
        "plugin: caching_sha2_password -> sha256_password",
    ),
    "unlocked": (f"ALTER USER {BRIEN} ACCOUNT UNLOCK", "account locked: Y -> N"),
    "expired": ("ALTER USER reader PASSWORD EXPIRE", "password expired: N -> Y"),
    "lifetime": ("ALTER USER reader PASSWORD EXPIRE NEVER", "password lifetime: 90 -> 0"),
    "reuse": ("ALTER USER reader PASSWORD HISTORY 5", "Password reuse history:  -> 5"),
    "encryption": ("ALTER USER reader REQUIRE NONE", "ssl type: ANY -> "),
    "limit": (
        "ALTER USER reader WITH MAX_QUERIES_PER_HOUR 501",
        "max questions: 500 -> 501",
    ),
    "comment": ("ALTER USER reader COMMENT 'x'", "who reads"),
    "failed logins": ("ALTER USER reader FAILED_LOGIN_ATTEMPTS 4", '"failed_login_attempts": 4'),
    "second password": (
        "ALTER USER reader IDENTIFIED BY 'next-1' RETAIN CURRENT PASSWORD",
        "attribute additional_password: fingerprint ",
    ),
    "role dropped": ("DROP ROLE works", "role 'works'@'%': missing"),
    "role added": ("CREATE ROLE more", "role 'more'@'%': extra"),
    "role changed": ("ALTER USER works COMMENT 'x'", "role 'works'@'%': changed"),
    "default role lost": (
        "SET DEFAULT ROLE NONE TO reader",
        "default role 'looks'@'%' of 'reader'@'%': missing",
    ),
    "default role added": (
        "GRANT works TO reader; SET DEFAULT ROLE works, looks TO reader",
        "default role 'works'@'%' of 'reader'@'%': extra",
    ),
    "role grant lost": (
        "REVOKE looks FROM reader",
        "role grant 'looks'@'%' to 'reader'@'%': missing",
    ),
    "role grant added": (
        "GRANT works TO reader",
        "role grant 'works'@'%' to 'reader'@'%': extra",
    ),
    "role grant changed": (
        "GRANT works TO looks WITH ADMIN OPTION",
        "ROLE: granted -> granted, with admin option",
    ),
    "global grant lost": ("REVOKE ALL ON *.* FROM reader", "global grant to 'reader'@'%': missing"),
    "global grant added": ("GRANT FILE ON *.* TO works", "global grant to 'works'@'%': extra"),
    "global grant changed": ("REVOKE PROCESS ON *.* FROM reader", "PROCESS: granted"),
    "dynamic grant changed": ("REVOKE BACKUP_ADMIN ON *.* FROM reader", "BACKUP_ADMIN: granted"),
    "grant option": ("GRANT SELECT ON *.* TO reader WITH GRANT OPTION", "GRANT OPTION: granted"),
    "schema grant lost": ("REVOKE INSERT ON d.* FROM works", "schema grant d to 'works'@'%': miss"),
    "schema grant added": ("GRANT SELECT ON d.* TO looks", "schema grant d to 'looks'@'%': extra"),
    "schema grant changed": (
        rf"REVOKE EVENT ON `d\_x`.* FROM {BRIEN}",
        "EVENT: granted",
    ),
    "table grant lost": (
        "REVOKE DELETE, TRIGGER ON d.t FROM works",
        "table grant d.t to 'works'@'%': missing",
    ),
    "table grant added": (
        "GRANT ALL ON d.parts TO works",
        "table grant d.parts to 'works'@'%': extra",
    ),
    "table grant changed": ("REVOKE TRIGGER ON d.t FROM works", "TRIGGER: granted"),
    "column grant lost": (
        "REVOKE SELECT (parent) ON d.t FROM works",
        "column grant d.t.parent to 'works'@'%': missing",
    ),
    "column grant added": (
        "GRANT SELECT (id) ON d.t TO works",
        "column grant d.t.id to 'works'@'%': extra",
    ),
    "column grant changed": ("REVOKE UPDATE (name) ON d.t FROM works", "UPDATE: granted"),
    "routine grant lost": (
        "REVOKE EXECUTE ON PROCEDURE d.p FROM works",
        "routine grant procedure d.p to 'works'@'%': missing",
    ),
    "routine grant added": (
        "GRANT EXECUTE ON FUNCTION d.f TO works",
        "routine grant function d.f to 'works'@'%': extra",
    ),
    "routine grant changed": (
        "REVOKE EXECUTE ON FUNCTION d.f FROM looks",
        "EXECUTE: granted",
    ),
    "proxy grant lost": (
        "DELETE FROM mysql.proxies_priv WHERE User = 'reader'; FLUSH PRIVILEGES",
        "proxy grant 'o'brien'@'10.%' to 'reader'@'%': missing",
    ),
    "proxy grant added": (
        "INSERT INTO mysql.proxies_priv VALUES ('%', 'reader', '%', 'looks', 0, 'root@%', NOW());"
        "FLUSH PRIVILEGES",
        "proxy grant 'looks'@'%' to 'reader'@'%': extra",
    ),
    "proxy grant changed": (
        "UPDATE mysql.proxies_priv SET With_grant = 0 WHERE User = 'reader'; FLUSH PRIVILEGES",
        "PROXY: granted, with grant option -> granted",
    ),
}  # fmt: skip

# Rows of the server's tables, changed behind its back.
UNFLUSHED = {
    "stored only": (
        "INSERT INTO mysql.user (Host, User, ssl_cipher, x509_issuer, x509_subject) "
        "VALUES ('%', 'new', '', '', '')",
        "user 'new'@'%': extra",
    ),
    "in force only": (
        "DELETE FROM mysql.user WHERE User = 'reader'",
        "stored: no; it is still in force, until FLUSH PRIVILEGES",
    ),
    "password": (
        "UPDATE mysql.user SET authentication_string = '' WHERE User = 'reader'",
        "in force: yes -> otherwise than stored, until FLUSH PRIVILEGES: password",
    ),
    "lock": (
        "UPDATE mysql.user SET account_locked = 'N' WHERE User LIKE 'o%'",
        "in force: yes -> otherwise than stored, until FLUSH PRIVILEGES: account locked",
    ),
    "right stored only": (
        "UPDATE mysql.db SET Drop_priv = 'Y' WHERE User = 'works'",
        "DROP: stored, but not in force before FLUSH PRIVILEGES",
    ),
    "right in force only": (
        "DELETE FROM mysql.db WHERE User = 'works'",
        "INSERT: granted -> in force, but not stored: gone after FLUSH PRIVILEGES",
    ),
}


@pytest.mark.parametrize("case", [*ALTERATIONS, *UNFLUSHED])
def test_an_altered_account_is_seen_graded_and_named(
    mysql: MySQL, scene: str, accounts: str, case: str
) -> None:
    statement, named = (ALTERATIONS | UNFLUSHED)[case]
    mysql.execute(scene + accounts)
    before = mysql.snapshot()
    mysql.execute(statement)
    diff = compare(before, mysql.snapshot())
    assert named in str(diff)
    assert "users" in diff.grades
    assert set(diff.grades) <= {"users", "extra"}


def test_every_class_is_altered_in_every_way() -> None:
    for kind in {"role", "default role", *CLASSES} - {"partial revoke"}:
        for fate in ("missing", "extra"):
            assert any(
                f"{kind} " in named and f": {fate}"[:6] in named
                for _, named in ALTERATIONS.values()
            ), (kind, fate)
        assert f"{kind} changed" in ALTERATIONS or kind == "default role"  # it has no properties


def test_partial_revokes(mysql: MySQL, scene: str, accounts: str) -> None:
    mysql.execute(scene + accounts + "SET GLOBAL partial_revokes = ON")
    try:
        before = mysql.snapshot()
        mysql.execute("REVOKE SELECT ON d.* FROM reader")
        diff = compare(before, mysql.snapshot())
        assert str(diff).splitlines() == [
            "partial revoke d to 'reader'@'%': extra (it was not there before)"
        ]
        revoked = mysql.snapshot()
        assert compare(revoked, before).grades == ("users",)
    finally:
        mysql.execute("GRANT SELECT ON *.* TO reader; DROP USER reader")
        mysql.execute("SET GLOBAL partial_revokes = OFF")


def test_what_is_in_force_is_all_that_is_stored(mysql: MySQL, scene: str, accounts: str) -> None:
    """Both readings of every right agree, so nothing but `granted` is said of any."""
    mysql.execute(scene + accounts)
    inventory = mysql.snapshot().inventory
    for kind in set(CLASSES) - {"partial revoke"}:
        assert inventory[kind], kind
        for name, properties in inventory[kind].items():
            assert all(value.startswith("granted") for value in properties.values()), name
    for kind in ("user", "role"):
        assert {found["in force"] for found in inventory[kind].values()} == {"yes"}


def test_no_secret_is_in_a_snapshot(mysql: MySQL, accounts: str, scene: str) -> None:
    mysql.execute(scene + accounts)
    secrets = [
        text.decode(errors="replace") if isinstance(text, bytes) else text
        for (text,) in mysql.execute(
            "SELECT authentication_string FROM mysql.user WHERE authentication_string <> ''"
        )
    ]
    shown = repr(mysql.snapshot().inventory)
    assert secrets
    assert not [secret for secret in secrets if secret[-30:] in shown]
    assert "reads-9" not in shown


def test_accounts_made_again_by_the_same_hashes_are_equal(mysql: MySQL) -> None:
    mysql.execute("CREATE USER a IDENTIFIED BY 'x' COMMENT 'c'; GRANT SELECT ON *.* TO a")
    before = mysql.snapshot()
    ((statement,),) = mysql.execute("SET print_identified_with_as_hex = ON; SHOW CREATE USER a")
    mysql.execute(f"DROP USER a; {statement}; GRANT SELECT ON *.* TO a")
    assert str(compare(before, mysql.snapshot())) == ""
