"""One MySQL server for the tests of this folder, empty at the start of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.columns import quoted
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings


@pytest.fixture(scope="session")
def deployed(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> Iterator[MySQL]:
    server = MySQL(kube, settings, name="store", namespace=namespace("data-mysql"), options={})
    server.deploy()
    server.wait_ready()
    yield server
    server.remove()


@pytest.fixture
def mysql(deployed: MySQL) -> MySQL:
    for database in deployed.execute("SHOW DATABASES"):
        if database[0] not in ("mysql", "sys", "information_schema", "performance_schema"):
            deployed.execute(f"DROP DATABASE {quoted(database[0])}")
    return deployed
