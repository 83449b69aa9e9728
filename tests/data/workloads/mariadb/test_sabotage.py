"""Every alteration of the table is found, and the table leaves nothing out."""

from __future__ import annotations

import pytest

from pytest_kanister._data.workloads.mariadb import MariaDB
from tests.data.proof.sabotage.mariadb import SUITE
from tests.data.proof.sabotage.running import unproven

pytestmark = pytest.mark.slow


def test_every_class_and_type_lost_added_and_changed_is_found(mariadb: MariaDB) -> None:
    cases = list(SUITE.cases(mariadb))
    assert len(cases) > 140
    assert unproven(SUITE.wanted(mariadb), cases) == []
