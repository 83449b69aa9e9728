"""The public Blueprints, run unchanged on the embedded cluster."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._backends import open_backend
from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._data.stores.seaweedfs import SeaweedFS
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._kanister.client import (
    create_actionset,
    create_blueprint,
    create_profile,
    derive_actionset,
    wait_actionset,
)
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.api import Object
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister._model.settings import Settings

BESIDE = Path(__file__).parents[3] / "shared" / "corpus" / "blueprints"
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", BESIDE))
LIMIT_S = 60.0


class Ground:
    """A namespace with a bucket of its own.

    Attributes:
        kube: the cluster.
        namespace: where the workload lives.
        bucket: what backups fill.
    """

    def __init__(self, kube: KubeClient, store: SeaweedFS) -> None:
        self.kube = kube
        self.namespace = f"c-{secrets.token_hex(3)}"
        self.bucket: S3Bucket = store.bucket(f"bucket-{self.namespace}")
        kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}})
        self._profile = create_profile(
            kube,
            namespace=self.namespace,
            location=store.profile(f"bucket-{self.namespace}"),
            access_key=store.access_key,
            secret_key=store.secret_key,
        )

    def blueprint(self, path: str) -> str:
        """The corpus' file, as it stands; its name in the cluster."""
        if not CORPUS.is_dir():
            pytest.skip(f"no Blueprints at {CORPUS}: KANISTER_TEST_CORPUS")
        return create_blueprint(self.kube, read_blueprint(CORPUS / path))

    def create(self, api: str, kind: str, name: str, labels: Object, **body: Any) -> None:
        """An object of the namespace."""
        metadata = {"name": name, "namespace": self.namespace, "labels": labels}
        self.kube.create({"apiVersion": api, "kind": kind, "metadata": metadata, **body})

    def target(self, kind: str, name: str) -> Target:
        """An object as an ActionSet's target."""
        return Target(kind, name, self.namespace)

    def start(self, action: str, blueprint: str, target: Target) -> str:
        """A new ActionSet; its name."""
        return create_actionset(
            self.kube, action=action, blueprint=blueprint, target=target, profile=self._profile
        )

    def run(self, action: str, blueprint: str, target: Target) -> str:
        """A new ActionSet, complete; its name."""
        name = self.start(action, blueprint, target)
        wait_actionset(self.kube, name, timeout_s=LIMIT_S)
        return name

    def run_from(self, parent: str, action: str, target: Target | None = None) -> str:
        """An ActionSet from another, complete; its name."""
        name = derive_actionset(self.kube, parent, action=action, target=target)
        wait_actionset(self.kube, name, timeout_s=LIMIT_S)
        return name

    def stored(self) -> list[str]:
        """What the bucket holds."""
        return [stored.key for stored in self.bucket.objects()]

    def sh(self, pod: str, script: str) -> str:
        """A script in a pod; its stdout."""
        done = self.kube.exec(self.namespace, pod, ["bash", "-c", script])
        assert done.exit_status == 0, done
        return done.stdout.decode()


@pytest.fixture(scope="session")
def cluster() -> Iterator[tuple[KubeClient, SeaweedFS]]:
    """The embedded cluster with an S3 server."""
    backend = open_backend(Settings(), lambda line: None)
    kube = KubeClient(backend.kubeconfig, backend.capabilities)
    namespace = f"store-{secrets.token_hex(3)}"
    kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    store = SeaweedFS(kube, Settings(), name="store", namespace=namespace)
    try:
        store.deploy()
        store.wait_ready()
        yield kube, store
        kube.delete(NAMESPACES, namespace)
    finally:
        kube.close()
        backend.close()


@pytest.fixture
def ground(cluster: tuple[KubeClient, SeaweedFS]) -> Iterator[Ground]:
    """A fresh namespace and bucket."""
    kube, store = cluster
    found = Ground(kube, store)
    yield found
    kube.delete(NAMESPACES, found.namespace)
