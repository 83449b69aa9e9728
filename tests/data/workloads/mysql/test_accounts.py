"""Accounts of a real server, as stored and in force; alterations are in `test_sabotage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.workloads.mysql.grants import CLASSES

if TYPE_CHECKING:
    from pytest_kanister._data.workloads.mysql import MySQL

pytestmark = pytest.mark.slow


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
