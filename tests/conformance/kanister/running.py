"""Runs cases in a cluster, through its API alone."""

from __future__ import annotations

import contextlib
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from pytest_kanister._data.stores.seaweedfs import SeaweedFS
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import NAMESPACES, Resource
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import KanisterHarnessError, NotFound
from tests.conformance.kanister.case import Case
from tests.conformance.kanister.run import Run

__all__ = ["Ground", "Outcome", "Runner"]

_WEBHOOK = "blueprints.cr.kanister.io"
WEBHOOKS = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    namespaced=False,
)


@dataclass(frozen=True)
class Ground:
    """What differs between clusters, beside the cluster.

    Attributes:
        kanister: the controller's namespace.
        storage: StorageClass of claims that are restored.
        snapshots: VolumeSnapshotClass.
        kanctl: the program, as the beginning of a command line.
    """

    kanister: str = "kanister"
    storage: str = "standard"
    snapshots: str = "standard"
    kanctl: Sequence[str] = (sys.executable, "-m", "pytest_kanister", "kanctl")


@dataclass(frozen=True)
class Outcome:
    """One case's result: no differences, it conforms.

    `said` is the ActionSet's `status.error.message`, the case's own names put back to words.
    """

    case: Case
    differences: tuple[str, ...]
    took_s: float
    said: str = ""


class Runner:
    """Runs cases against one cluster.

    Args:
        kube: the cluster.
        ground: names in it.
        limit_s: how long a case may take to become as expected.
        hold_s: how long what is expected not to change is watched.
    """

    def __init__(
        self, kube: KubeClient, *, ground: Ground | None = None, limit_s: float, hold_s: float
    ) -> None:
        self.kube = kube
        self.ground = ground or Ground()
        self.kanister = self.ground.kanister
        self.limit_s = limit_s
        self.hold_s = hold_s
        self.run_id = secrets.token_hex(2)
        self._namespaces: list[str] = []
        self._lock = threading.Lock()

    @cached_property
    def store(self) -> SeaweedFS:
        """An S3 server in the cluster."""
        namespace = f"kc-store-{self.run_id}"
        self.namespace(namespace)
        store = SeaweedFS(self.kube, Settings(), name="store", namespace=namespace)
        store.deploy()
        store.wait_ready()
        return store

    def close(self) -> None:
        """Deletes the namespaces that cases were given."""
        for namespace in self._namespaces:
            self.kube.delete(NAMESPACES, namespace)

    def run(self, cases: Sequence[Case], tell: Callable[[Outcome], None], workers: int = 6) -> None:
        """Runs all: beside each other first, those that end the controller afterwards."""
        for case in cases:
            if case.denied:
                tell(self.one(case))
        cases = [case for case in cases if not case.denied]
        with self._without_webhook():
            self._run_all(cases, tell, workers)

    def _run_all(
        self, cases: Sequence[Case], tell: Callable[[Outcome], None], workers: int
    ) -> None:
        alone = [case for case in cases if case.during == "restart" or case.expect.restarted]
        if any(case.bucket is not None for case in cases):
            _ = self.store
        with ThreadPoolExecutor(workers) as pool:
            for outcome in pool.map(self.one, [case for case in cases if case not in alone]):
                tell(outcome)
        for case in alone:
            tell(self.one(case))

    def one(self, case: Case) -> Outcome:
        """Runs one case."""
        began = time.monotonic()
        run = Run(self, case)
        try:
            found = run.differences()
        except KanisterHarnessError as error:
            found = [f"could not be run: {error}"]
        finally:
            run.clean()
        return Outcome(case, tuple(found), time.monotonic() - began, run.said)

    @contextlib.contextmanager
    def _without_webhook(self) -> Iterator[None]:
        """Takes the webhook away, which would refuse many a case's Blueprint; puts it back."""
        try:
            kept = self.kube.get(WEBHOOKS, _WEBHOOK)
        except NotFound:
            yield
            return
        self.kube.delete(WEBHOOKS, _WEBHOOK)
        try:
            yield
        finally:
            for field in ("uid", "resourceVersion", "creationTimestamp", "generation"):
                kept["metadata"].pop(field, None)
            self.kube.create({"apiVersion": WEBHOOKS.api_version, "kind": WEBHOOKS.kind, **kept})

    def namespace(self, name: str) -> None:
        """Makes a namespace that `close` deletes."""
        self.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        with self._lock:
            self._namespaces.append(name)
