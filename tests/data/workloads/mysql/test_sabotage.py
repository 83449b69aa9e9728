"""Every alteration of the table is found, and the table leaves nothing out."""

from __future__ import annotations

import pytest

from pytest_kanister._data.workloads.mysql import MySQL
from tests.data.proof.sabotage.mysql import SUITE
from tests.data.proof.sabotage.running import unproven
from tests.data.proof.sabotage.statements import GROUPS, group_of

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


@pytest.mark.parametrize("group", GROUPS)
def test_every_class_and_type_lost_added_and_changed_is_found(mysql: MySQL, group: str) -> None:
    cases = list(SUITE.group(group, mysql))
    wanted = frozenset(hit for hit in SUITE.wanted(mysql) if group_of(hit) == group)
    assert wanted
    assert unproven(wanted, cases) == []
