from collections.abc import Iterator

import pytest

from pytest_kanister._kube import KubeClient
from tests.support.api import Server, running_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def kube(server: Server) -> Iterator[KubeClient]:
    client = server.client()
    yield client
    client.close()
