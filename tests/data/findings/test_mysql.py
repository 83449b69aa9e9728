"""What the tutorial's Blueprint loses of a tricky MySQL server, and what our drop-in does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._data.proof import Diff
from tests.support.findings import check_finding, part

pytestmark = [pytest.mark.thorough, pytest.mark.slow, pytest.mark.xdist_group("findings")]

TUTORIAL = Path(__file__).parents[4] / "shared" / "seed" / "mysql-blueprint.yaml"

# finding: (classes, tables)
FINDINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mysql-routines": (("procedure", "function"), ()),
    "mysql-events": (("event",), ()),
    "mysql-login": (("login", "user"), ()),
    "mysql-later-right": (("global grant",), ()),
    "mysql-later-database": (("database",), ("later.t",)),
    "mysql-later-table": ((), ("tricky.since",)),
    "mysql-float": ((), ("tricky.single_precision", "tricky.single_precision_keyless")),
    "mysql-negative-zero": ((), ("tricky.floating",)),
    "mysql-enum": ((), ("tricky.texts",)),
}


@pytest.fixture(scope="module")
def lost(circles: Any) -> Diff:
    if not TUTORIAL.is_file():
        pytest.skip(f"the tutorial's Blueprint is not at {TUTORIAL}")
    found: Diff = circles.circle(circles.seeded("mysql"), TUTORIAL, remade="tricky")
    return found


@pytest.mark.parametrize("finding", FINDINGS)
def test_what_the_tutorial_loses(lost: Diff, finding: str) -> None:
    check_finding(finding, str(part(lost, *FINDINGS[finding])))


def test_nothing_else_is_lost(lost: Diff) -> None:
    """Views on views, triggers, partitions, old character sets, odd names … came back."""
    kinds = {kind for kinds, _ in FINDINGS.values() for kind in kinds}
    tables = {table for _, tables in FINDINGS.values() for table in tables}
    assert {item.kind for item in lost.objects.entries} <= kinds
    assert {".".join(table.name) for table in lost.tables.entries} == tables
    assert lost.grades == ("data", "code", "users", "extra", "limit")


def test_our_drop_in_keeps_all_that_mysqldump_can_carry(circles: Any) -> None:
    blueprint = bundled("fixtures", "blueprints", "mysql-blueprint.yaml")
    found = circles.circle(circles.seeded("mysql"), Path(str(blueprint)), remade="tricky")
    check_finding("mysql-drop-in", str(found))
    assert found.grades == ("data", "limit")
