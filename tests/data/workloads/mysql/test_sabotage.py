"""Every alteration of the table is found, and the table leaves nothing out."""

from __future__ import annotations

import pytest

from pytest_kanister._data.workloads.mysql import MySQL
from tests.data.proof.sabotage.mysql import SUITE
from tests.data.proof.sabotage.running import unproven

pytestmark = pytest.mark.slow


def test_every_class_and_type_lost_added_and_changed_is_found(mysql: MySQL) -> None:
    cases = list(SUITE.cases(mysql))
    assert len(cases) > 140
    assert unproven(SUITE.wanted(mysql), cases) == []
