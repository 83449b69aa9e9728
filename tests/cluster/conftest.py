from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.standins import Cluster, running_cluster


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A served cluster without controllers, shared by a module's tests."""
    folder: Path = tmp_path_factory.mktemp("served")
    with running_cluster(folder) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A served cluster with controllers and a stand-in kubelet, shared by a module's tests."""
    folder: Path = tmp_path_factory.mktemp("alive")
    with running_cluster(folder, controllers=True) as cluster:
        yield cluster
