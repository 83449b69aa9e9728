"""One MySQL server for the tests of this folder, empty at the start of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from tests.data.proof.sabotage.mysql import PEOPLE, SCENE, reset


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
    reset(deployed)
    return deployed


@pytest.fixture
def scene() -> str:
    """A database with one of everything that a snapshot looks at."""
    return SCENE


@pytest.fixture
def accounts() -> str:
    """To run after `scene`: accounts with one of every right."""
    return PEOPLE
