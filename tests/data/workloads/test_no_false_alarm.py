"""A faithful copy of a tricky server is equal; ten times: `python -m tests.data.no_false_alarm`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from tests.data.no_false_alarm import mariadb, mysql, postgresql
from tests.data.no_false_alarm.copying import Engine, alarms

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


@pytest.mark.parametrize(
    "engine",
    [mysql.ENGINE, mariadb.ENGINE, postgresql.ENGINE],
    ids=["mysql", "mariadb", "postgresql"],
)
def test_a_copy_of_the_volume_is_equal(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str], engine: Engine
) -> None:
    (diff,) = alarms(engine, kube, settings, namespace("copies"), times=1)
    assert str(diff) == ""
