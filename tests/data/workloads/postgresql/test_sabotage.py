"""Every alteration of the table is found, and the table leaves nothing out."""

from __future__ import annotations

import pytest

from pytest_kanister._data.workloads.postgresql import PostgreSQL
from tests.data.proof.sabotage.postgresql import SUITE
from tests.data.proof.sabotage.running import unproven

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def test_every_class_and_type_lost_added_and_changed_is_found(postgresql: PostgreSQL) -> None:
    cases = list(SUITE.cases(postgresql))
    assert len(cases) > 230
    assert unproven(SUITE.wanted(postgresql), cases) == []
