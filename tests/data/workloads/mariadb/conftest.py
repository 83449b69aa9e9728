"""One MariaDB server for the tests of this folder, empty at the start of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pytest_kanister._data.workloads.mariadb import MariaDB
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from tests.data.proof.sabotage.mariadb import reset


@pytest.fixture(scope="session")
def deployed(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> Iterator[MariaDB]:
    server = MariaDB(kube, settings, name="store", namespace=namespace("data-mariadb"), options={})
    server.deploy()
    server.wait_ready()
    yield server
    server.remove()


@pytest.fixture
def mariadb(deployed: MariaDB) -> MariaDB:
    reset(deployed)
    return deployed
