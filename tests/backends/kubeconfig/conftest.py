"""A cluster of another process, known by a kubeconfig only, seen through a proxy that records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._kube import KubeClient
from pytest_kanister._model.ownership import ALLOW_LABEL
from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister._model.settings import Settings
from tests.support.apiproxy import ApiProxy, Rules, proxied
from tests.support.clusters import own_cluster

CONTEXT = "visited"


class Visited:
    """The cluster: `admin` is its owner, who needs nobody's permission."""

    def __init__(self, admin: KubeClient, proxy: ApiProxy, kubeconfig: Path) -> None:
        self.admin = admin
        self.proxy = proxy
        self.kubeconfig = kubeconfig

    def settings(self, **more: object) -> Settings:
        return Settings.of(
            {
                "backend": "kubeconfig",
                "kubeconfig": str(self.kubeconfig),
                "context": CONTEXT,
                **more,
            }
        )

    def make_namespace(self, name: str, *, allowed: bool = True) -> str:
        labels = {ALLOW_LABEL: "true"} if allowed else {}
        metadata = {"name": name, "labels": labels}
        self.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        return name


@pytest.fixture(scope="session")
def _visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    with own_cluster("visited") as backend, proxied(backend.kubeconfig) as proxy:
        file = proxy.write_kubeconfig(tmp_path_factory.mktemp("visited") / "config", CONTEXT)
        admin = backend.connect()
        admin.patch(NAMESPACES, "kanister", {"metadata": {"labels": {ALLOW_LABEL: "true"}}})
        yield Visited(admin, proxy, file)
        admin.close()


@pytest.fixture
def visited(_visited: Visited) -> Visited:
    proxy = _visited.proxy
    proxy.rules, proxy.down = Rules(), False
    proxy.writes.clear()
    proxy.refused.clear()
    return _visited
