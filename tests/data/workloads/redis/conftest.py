"""One Redis server for the tests of this folder, empty at the start of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pytest_kanister._data.workloads.redis import Redis
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from tests.data.proof.sabotage.redis import RESET


@pytest.fixture(scope="session")
def deploy(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> Iterator[Callable[[str, str], Redis]]:
    """Deploys (release's name, image) in a namespace of its own."""
    made = []

    def deployed(name: str, image: str) -> Redis:
        server = Redis(
            kube, settings, name=name, namespace=namespace("data-redis"), options={"image": image}
        )
        made.append(server)
        server.deploy()
        server.wait_ready()
        return server

    yield deployed
    for server in made:
        server.remove()


@pytest.fixture(scope="session")
def shared(deploy: Callable[[str, str], Redis]) -> Redis:
    return deploy("store", "redis:8.0")


@pytest.fixture
def redis(shared: Redis) -> Redis:
    shared.execute(RESET)
    return shared
