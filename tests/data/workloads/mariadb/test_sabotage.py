"""Every alteration of the table is found, and the table leaves nothing out."""

from __future__ import annotations

import pytest

from pytest_kanister._data.workloads.mariadb import MariaDB
from tests.data.proof.sabotage.mariadb import SUITE
from tests.data.proof.sabotage.running import unproven
from tests.data.proof.sabotage.statements import GROUPS, group_of

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


@pytest.mark.parametrize("group", GROUPS)
def test_every_class_and_type_lost_added_and_changed_is_found(mariadb: MariaDB, group: str) -> None:
    cases = list(SUITE.group(group, mariadb))
    wanted = frozenset(hit for hit in SUITE.wanted(mariadb) if group_of(hit) == group)
    assert wanted
    assert unproven(wanted, cases) == []
