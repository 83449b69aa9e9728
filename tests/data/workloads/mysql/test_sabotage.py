"""Every alteration of the table is found, and the table leaves nothing out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.columns import known_types
from tests.data.proof.sabotage.mysql import PEOPLE, SCENE
from tests.data.proof.sabotage.running import Case, accounts, definitions, values

pytestmark = pytest.mark.slow

FATES = ("missing", "extra", "changed")
RIGHTS = {
    "user", "role", "default role", "global grant", "schema grant", "table grant",
    "column grant", "routine grant", "proxy grant", "role grant",
}  # fmt: skip

# A default role has nothing but its name that could change; for partial revokes, which need
# another setting of the server, see test_accounts.
CANNOT_CHANGE = {("default role", "changed")}
ELSEWHERE = {"partial revoke"}


def all_found(cases: Iterator[Case]) -> set[tuple[str, str]]:
    hits: set[tuple[str, str]] = set()
    misses = []
    for case in cases:
        hits |= case.hits
        if case.miss:
            misses.append(f"{case.name}: {case.miss}")
    assert not misses, "\n".join(misses)
    return hits


def test_every_type_has_a_value_whose_change_is_found(mysql: MySQL) -> None:
    hits = all_found(values(mysql))
    assert {word for _, word in hits} >= known_types() - {"geometrycollection"}  # its former name


@pytest.mark.parametrize(
    ("group", "classes"),
    [
        (definitions, {"table", "database", "view", "trigger", "procedure", "function", "event"}),
        (accounts, RIGHTS),
    ],
    ids=["definitions", "accounts"],
)
def test_every_class_lost_added_and_changed_is_found(
    mysql: MySQL, group: Callable[[MySQL], Iterator[Case]], classes: set[str]
) -> None:
    hits = all_found(group(mysql))
    wanted = {(kind, fate) for kind in classes for fate in FATES}
    assert wanted - hits - CANNOT_CHANGE == set()


def test_no_class_is_left_out(mysql: MySQL) -> None:
    mysql.execute(SCENE + PEOPLE)
    inventory = set(mysql.snapshot().inventory)
    named = {"database", "view", "trigger", "procedure", "function", "event"} | RIGHTS
    assert inventory == named | ELSEWHERE
