"""SHOW GRANTS taken apart, without a server."""

from __future__ import annotations

import pytest

from pytest_kanister._data.workloads.mysql.grants import Right, in_force, rights
from pytest_kanister.errors import Unverified

WHO = "'a'@'%'"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("GRANT USAGE ON *.* TO `a`@`%`", set()),
        ("GRANT SELECT, SHOW DATABASES ON *.* TO `a`@`%` WITH GRANT OPTION", {
            ("global grant", "", "SELECT", "granted"),
            ("global grant", "", "SHOW DATABASES", "granted"),
            ("global grant", "", "GRANT OPTION", "granted"),
        }),
        ("GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* TO `a`@`%` WITH GRANT OPTION", {
            ("global grant", "", "BACKUP_ADMIN", "granted, with grant option"),
            ("global grant", "", "XA_RECOVER_ADMIN", "granted, with grant option"),
        }),
        ("GRANT INSERT ON `x ON y TO ``z`.* TO `a`@`%`", {
            ("schema grant", "x ON y TO `z", "INSERT", "granted"),
        }),
        ("GRANT SELECT (`b, c`, `d)`), UPDATE ON `s`.`t` TO `a`@`%`", {
            ("column grant", "s.t.b, c", "SELECT", "granted"),
            ("column grant", "s.t.d)", "SELECT", "granted"),
            ("table grant", "s.t", "UPDATE", "granted"),
        }),
        ("GRANT EXECUTE ON LIBRARY `s`.`l` TO `a`@`%`", {
            ("routine grant", "library s.l", "EXECUTE", "granted"),
        }),
        ("GRANT `r`@`%`,`q``'`@`localhost` TO `a`@`%` WITH ADMIN OPTION", {
            ("role grant", "'r'@'%'", "ROLE", "granted, with admin option"),
            ("role grant", "'q`''@'localhost'", "ROLE", "granted, with admin option"),
        }),
        ("GRANT PROXY ON ``@`` TO `a`@`%`", {("proxy grant", "''@''", "PROXY", "granted")}),
        ("REVOKE INSERT, DROP ON `mysql`.* FROM `a`@`%`", {
            ("partial revoke", "mysql", "INSERT", "revoked"),
            ("partial revoke", "mysql", "DROP", "revoked"),
        }),
    ],
)  # fmt: skip
def test_a_line(statement: str, found: set[tuple[str, str, str, str]]) -> None:
    seen = {(r.kind, r.on, r.privilege, r.value) for r in in_force(WHO, [statement])}
    assert seen == found


@pytest.mark.parametrize("line", ["GRANT NOTHING", "GRANT SELECT ON COW `c` TO `a`@`%`"])
def test_a_line_of_another_shape_is_not_passed_over(line: str) -> None:
    with pytest.raises(Unverified, match="a shape that cannot be compared"):
        list(in_force(WHO, [line]))


def test_stored_with_the_option_and_in_force_without_is_said() -> None:
    stored = Right("global grant", "", WHO, "BACKUP_ADMIN", "granted, with grant option")
    active = stored._replace(value="granted")
    ((properties),) = rights([stored], [active])["global grant"].values()
    assert properties["BACKUP_ADMIN"] not in ("granted", stored.value)
    assert "stored, but not in force" in properties["BACKUP_ADMIN"]
    assert "in force, but not stored" in properties["BACKUP_ADMIN"]
