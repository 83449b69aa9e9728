"""Cluster and store of one run, begun in the background so that nothing waits for anything."""

from __future__ import annotations

import secrets
import shlex
import threading
from typing import TYPE_CHECKING

from pytest_kanister._backends import HasNodes, open_backend
from pytest_kanister._data.stores.choosing import make_store
from pytest_kanister._harness.background import Later
from pytest_kanister._harness.namespaces import shared_namespace
from pytest_kanister._harness.redaction import Redactor
from pytest_kanister._kanister.client.tasks import CREATED_BY
from pytest_kanister._kube import KubeClient, warm_up
from pytest_kanister._kube.following import PodLogs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_kanister._backends import Backend
    from pytest_kanister._data.stores import Bucket
    from pytest_kanister._data.stores.existing import ExistingBucket
    from pytest_kanister._data.stores.features import Features
    from pytest_kanister._data.stores.seaweedfs import SeaweedFS
    from pytest_kanister._model.capabilities import Capabilities
    from pytest_kanister._model.settings import Settings

__all__ = ["Session"]

STORE_NAMESPACE = "pytest-kanister-store"
BUCKET = "kanister-backups"


class Session:
    """A cluster with Kanister and an S3 store in it; its parts come one after the other.

    Attributes:
        settings: what the run was asked to do.
        progress: called with one line for each thing a person might wait for.
        redactor: knows the secrets of everything that was set up in this session.
        kube: the cluster's client, as soon as the API answers.
        ready_store: the store, as soon as it answers.
        bucket: the run's bucket, as soon as it exists.
        prefix: of all that the run puts into it; empty: the bucket is the run's own.
    """

    def __init__(self, settings: Settings, progress: Callable[[str], None]) -> None:
        self.settings = settings
        self.progress = progress
        self._backend: Backend | None = None
        self._closed = False
        self._store_version = ""
        self._features: Features | None = None
        self._lock = threading.Lock()
        self._pod_logs: PodLogs | None = None
        self.redactor = Redactor()
        warm_up()
        self.kube: Later[KubeClient] = Later(self._connect, "cluster")
        existing = settings.store == "s3"
        # In somebody's own bucket everything of ours lies below one prefix.
        self._own = secrets.token_hex(4)
        self.prefix = "/".join(filter(None, (settings.s3_prefix.strip("/"), self._own)))
        self.prefix = self.prefix if existing else ""
        self._bucket_name = settings.s3_bucket if existing else BUCKET
        self._deployed: Later[SeaweedFS | ExistingBucket] = Later(self._deploy_store, "store")
        self.ready_store: Later[SeaweedFS | ExistingBucket] = Later(
            self._await_store, "store ready"
        )
        self.bucket: Later[Bucket] = Later(
            lambda: self.ready_store.result().bucket(self._bucket_name), "bucket"
        )

    @property
    def capabilities(self) -> Capabilities:
        """What the cluster can do."""
        return self.kube.result().capabilities

    def ran(self) -> dict[str, str]:
        """Store, cluster, Kanister and isolation, in words; where it is kept, if it is."""
        capabilities = self.capabilities
        self.ready_store.result()
        ran = {
            "store": self._store_version,
            "bucket": str(self._features),
            "cluster": capabilities.backend,
            "kanister": capabilities.kanister,
            "isolation": capabilities.isolation,
            "unmodelled": "; ".join(capabilities.not_modelled),
        }
        if self.settings.keep:
            ran["kept"] = f"export KUBECONFIG={shlex.quote(str(self.kube.result().kubeconfig))}"
        return ran

    def pod_logs(self) -> PodLogs:
        """What pods of Kanister's phases write; followed from the first call on.

        Kanister deletes a task's pod as soon as it ends, so nobody can ask afterwards.
        """
        kube = self.kube.result()
        with self._lock:
            if self._pod_logs is None:
                self._pod_logs = PodLogs(kube, CREATED_BY)
            return self._pod_logs

    @property
    def store_namespace(self) -> str:
        """Where the store's pod is."""
        return self._deployed.result().namespace

    def export_logs(self, folder: Path) -> None:
        """What the cluster's nodes wrote, if it has nodes that write.

        Raises:
            EnvironmentProblem: they cannot be had.
        """
        backend: object = self._backend
        if isinstance(backend, HasNodes):
            backend.export_logs(folder)

    def close(self) -> None:
        """Ends the cluster if it is ours; a second call does nothing."""
        with self._lock:
            self._closed = True
            backend, self._backend = self._backend, None
            logs, self._pod_logs = self._pod_logs, None
        if logs is not None:
            logs.stop()
        try:
            self._leave_bucket()
            if self.ready_store.done:
                self.ready_store.result().close()
        finally:
            if backend is not None:
                backend.close()

    def _leave_bucket(self) -> None:
        """Takes what the run left in somebody's own bucket; a store of ours goes as a whole."""
        if self.settings.store == "s3" and not self.settings.keep and self.bucket.done:
            self.ready_store.result().remove()

    def _connect(self) -> KubeClient:
        self.progress("a cluster is started or joined")
        backend = open_backend(self.settings, self.progress)
        with self._lock:
            if not self._closed:
                self._backend = backend
        if self._backend is None:
            # Ctrl-C while servers were being fetched: nobody waits for this thread any more.
            backend.close()
        else:
            self.progress(f"cluster answers: {backend.capabilities.kanister}")
        return backend.connect()

    def _deploy_store(self) -> SeaweedFS | ExistingBucket:
        kube = self.kube.result()
        existing = self.settings.store == "s3"
        namespace = "" if existing else shared_namespace(kube, STORE_NAMESPACE)
        store = make_store(kube, self.settings, namespace, self.prefix)
        store.deploy()
        return store

    def _await_store(self) -> SeaweedFS | ExistingBucket:
        store = self._deployed.result()
        store.wait_ready(self._bucket_name)
        self.redactor.add((store.access_key.reveal(), store.secret_key.reveal()))
        self._features = store.features(store.bucket(self._bucket_name))
        self._store_version = store.version()
        self.progress(f"store answers: {self._store_version}")
        return store
