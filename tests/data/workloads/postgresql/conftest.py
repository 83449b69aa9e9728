"""One PostgreSQL server for the tests of this folder, empty at the start of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pytest_kanister._data.workloads.postgresql import PostgreSQL
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from tests.data.proof.sabotage.postgresql import reset


@pytest.fixture(scope="session")
def deployed_postgresql(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> Iterator[PostgreSQL]:
    server = PostgreSQL(
        kube, settings, name="store", namespace=namespace("data-postgresql"), options={}
    )
    server.deploy()
    server.wait_ready()
    yield server
    server.remove()


@pytest.fixture
def postgresql(deployed_postgresql: PostgreSQL) -> PostgreSQL:
    reset(deployed_postgresql)
    return deployed_postgresql
