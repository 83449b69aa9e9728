"""What the public Blueprint `maria` loses of a tricky MariaDB server, or trips over."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_kanister._data.proof import Diff
from pytest_kanister.errors import ActionSetFailed
from tests.data.findings.conftest import CORPUS
from tests.support.findings import check_finding, part

BLUEPRINT = CORPUS / "maria" / "maria-blueprint.yaml"

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.slow,
    pytest.mark.xdist_group("findings"),
    pytest.mark.skipif(not BLUEPRINT.is_file(), reason=f"no Blueprints at {CORPUS}"),
]

FINDINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "maria-code": (("procedure", "function", "event", "package", "package body"), ()),
    "maria-accounts": (("user", "login", "role grant", "default role"), ()),
    "maria-history": ((), ("tricky.prices.all versions",)),
}


@pytest.fixture(scope="module")
def seeded(circles: Any) -> Any:
    return circles.seeded("mariadb")


def test_a_name_with_a_space_stops_the_backup(circles: Any, seeded: Any) -> None:
    with pytest.raises(ActionSetFailed) as failed:
        circles.harness.backup(seeded, blueprint=BLUEPRINT)
    check_finding("maria-name", _said(failed.value, "mysqldump: Got error"))
    seeded.execute("""DROP DATABASE `odd 'name' of "a" $(db)`; DROP DATABASE `select`""")


def test_a_large_value_stops_the_restore(circles: Any, seeded: Any) -> None:
    backup = circles.harness.backup(seeded, blueprint=BLUEPRINT)
    with pytest.raises(ActionSetFailed) as failed:
        circles.harness.restore(backup)
    check_finding("maria-large-value", _said(failed.value, "ERROR 1153"))


def test_what_it_loses_beside(circles: Any) -> None:
    server = circles.seeded("mariadb")
    server.execute(
        """DROP DATABASE `odd 'name' of "a" $(db)`; DROP DATABASE `select`;"""
        "DELETE FROM tricky.large WHERE id = 2"
    )
    lost: Diff = circles.circle(server, BLUEPRINT)
    for finding, (kinds, tables) in FINDINGS.items():
        check_finding(finding, str(part(lost, kinds, tables)))
    assert lost.grades == ("data", "code", "users", "extra", "limit")


def _said(problem: ActionSetFailed, words: str) -> str:
    lines = [line.strip(" |") for line in str(problem).splitlines()]
    found = next(line for line in lines if line.startswith(words))
    return re.sub(r" at line \d+", "", found)  # of the dump, which each release writes otherwise
