"""The real embedded cluster, opened once for all tests of this folder that need one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from secrets import token_hex

import pytest

from pytest_kanister._backends import open_backend
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister._model.settings import Settings


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings()


@pytest.fixture(scope="session")
def kube(settings: Settings) -> Iterator[KubeClient]:
    backend = open_backend(settings, print)
    try:
        with closing(KubeClient(backend.kubeconfig, backend.capabilities)) as client:
            yield client
    finally:
        backend.close()


@pytest.fixture(scope="session")
def namespace(kube: KubeClient) -> Iterator[Callable[[str], str]]:
    """Makes namespaces, no two alike as workers may share a cluster; deleted in the end."""
    made: list[str] = []

    def make(stem: str) -> str:
        name = f"{stem}-{token_hex(3)}"
        kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        made.append(name)
        return name

    yield make
    for name in made:
        kube.delete(NAMESPACES, name, wait_s=60)
