"""Runs cases in a cluster, through its API alone."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.stores.seaweedfs import SeaweedFS
from pytest_kanister._kanister.client import create_profile
from pytest_kanister._kube import KubeClient
from pytest_kanister._kube.watching import watch_events
from pytest_kanister._model.resources import (
    ACTIONSETS,
    BLUEPRINTS,
    NAMESPACES,
    PODS,
    STATEFULSETS,
    VOLUMESNAPSHOTCONTENTS,
    VOLUMESNAPSHOTS,
    Resource,
)
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import ApiError, EnvironmentProblem, KanisterHarnessError, NotFound
from tests.conformance.kanister.case import IMAGE, Case, Object, matches
from tests.conformance.kanister.seen import Seen, differences

__all__ = ["Ground", "Outcome", "Runner"]

_OPERATOR = "app=kanister-operator"
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
    """One case's result: no differences, it conforms."""

    case: Case
    differences: tuple[str, ...]
    took_s: float


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
        self._limit_s = limit_s
        self._hold_s = hold_s
        self._run = secrets.token_hex(2)
        self._namespaces: list[str] = []
        self._lock = threading.Lock()

    @cached_property
    def store(self) -> SeaweedFS:
        """An S3 server in the cluster."""
        namespace = f"kc-store-{self._run}"
        self._namespace(namespace)
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
        run = _Run(self, case)
        try:
            found = run.differences()
        except KanisterHarnessError as error:
            found = [f"could not be run: {error}"]
        finally:
            run.clean()
        return Outcome(case, tuple(found), time.monotonic() - began)

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

    def _namespace(self, name: str) -> None:
        self.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        with self._lock:
            self._namespaces.append(name)


class _Run:
    """One case, from its namespace to its differences."""

    def __init__(self, runner: Runner, case: Case) -> None:
        self._runner = runner
        self._kube = runner.kube
        name = f"kc-{case.id.lower()}"[:50].rstrip("-") + f"-{runner._run}"
        self._name = self._ns = name
        ground = runner.ground
        words = {"ns": name, "id": name, "bucket": name, "kanister": runner.kanister}
        words |= {"storage": ground.storage, "snapshots": ground.snapshots}
        self._case = case.filled(words)
        self._looked_at = name
        self._deadline = Deadline(runner._limit_s)
        self._bucket: Any = None
        self._controller = _Controller(self._kube, runner.kanister)

    def differences(self) -> list[str]:
        self._controller.wait_ready(self._deadline)
        self._prepare()
        if self._case.denied:
            return self._denial()
        self._controller.remember()
        listing = self._kube._connection.request("GET", PODS.path(self._ns), query={"limit": "1"})
        version = listing["metadata"]["resourceVersion"]
        self._kube.create(self._actionset())
        self._disturb()
        if self._case.kanctl:
            self._looked_at = self._call_kanctl()
        expect = self._case.expect
        settled = expect.state in ("complete", "failed", "gone") or expect.restarted
        if not settled:
            time.sleep(self._runner._hold_s)

        def same() -> bool | None:
            found[:] = differences(self._case, self._look(version))
            return True if not found else None

        found: list[str] = []
        wait_until(same, self._deadline)
        return found

    def clean(self) -> None:
        if self._looked_at != self._name:
            self._kube.delete(ACTIONSETS, self._looked_at, self._runner.kanister)
        for resource in (ACTIONSETS, BLUEPRINTS):
            self._kube.delete(resource, self._name, self._runner.kanister)
        self._kube.delete(NAMESPACES, self._ns)

    def _prepare(self) -> None:
        case, kube = self._case, self._kube
        self._runner._namespace(self._ns)
        for obj in case.objects:
            namespace = obj["metadata"].get("namespace") or self._ns
            body = {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}
            if obj["kind"] == "Profile":
                _fill_location(body)
            kube.create(body)
        kube.create(_statefulset(self._ns, case.pods))
        if case.bucket is not None:
            store = self._runner.store
            self._bucket = store.bucket(self._name)
            for key, content in case.bucket.items():
                self._bucket.put(key, content.encode())
            create_profile(
                kube,
                namespace=self._ns,
                location=store.profile(self._name, case.prefix),
                access_key=store.access_key,
                secret_key=store.secret_key,
                name=self._name,
            )
        if case.pods:
            self._wait_pods(case.pods)
        if case.snapshot:
            self._case = case = case.filled(self._take_snapshot())
        if case.blueprint is not None and not case.denied:
            kube.create(self._blueprint())

    def _wait_pods(self, count: int) -> None:
        def ready(obj: Object | None) -> bool | None:
            return (obj or {}).get("status", {}).get("readyReplicas") == count or None

        left_s = self._deadline.left_s
        if not self._kube.wait_for(STATEFULSETS, "db", self._ns, ready, timeout_s=left_s):
            raise EnvironmentProblem(
                f"StatefulSet {self._ns}/db has not become ready", remedies=["see its pods"]
            )

    def _take_snapshot(self) -> dict[str, str]:
        self._kube.create(
            {
                "apiVersion": VOLUMESNAPSHOTS.api_version,
                "kind": VOLUMESNAPSHOTS.kind,
                "metadata": {"name": "given", "namespace": self._ns},
                "spec": {
                    "source": {"persistentVolumeClaimName": "data-db-0"},
                    "volumeSnapshotClassName": self._runner.ground.snapshots,
                },
            }
        )

        def content() -> Object | None:
            snapshot = self._kube.get(VOLUMESNAPSHOTS, "given", self._ns)
            status = snapshot.get("status") or {}
            if not status.get("readyToUse"):
                return None
            name = status["boundVolumeSnapshotContentName"]
            return self._kube.get(VOLUMESNAPSHOTCONTENTS, name)

        found = wait_until(content, self._deadline)
        if found is None:
            raise EnvironmentProblem(
                f"VolumeSnapshot {self._ns}/given has not become ready",
                remedies=["name the cluster's class: --snapshot-class"],
            )
        return {
            "content": found["metadata"]["name"],
            "driver": found["spec"]["driver"],
            "handle": found["status"]["snapshotHandle"],
        }

    def _call_kanctl(self) -> str:
        """Calls it once the ActionSet is complete; the name of the ActionSet that it makes."""

        def complete(obj: Object | None) -> bool | None:
            return ((obj or {}).get("status") or {}).get("state") == "complete" or None

        kanister = self._runner.kanister
        left_s = self._deadline.left_s
        self._kube.wait_for(ACTIONSETS, self._name, kanister, complete, timeout_s=left_s)
        command = [*self._runner.ground.kanctl, "create", "actionset", "--namespace", kanister]
        done = subprocess.run(
            [*command, *self._case.kanctl],
            env={**os.environ, "KUBECONFIG": str(self._kube.kubeconfig)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        words = done.stdout.split()
        if done.returncode or words[-1:] != ["created"]:
            raise EnvironmentProblem(
                f"kanctl ended with status {done.returncode}",
                remedies=["see what it says"],
                evidence=done.stdout + done.stderr,
            )
        return words[-2]

    def _blueprint(self) -> Object:
        return {
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "Blueprint",
            "metadata": {"name": self._name, "namespace": self._runner.kanister},
            "actions": self._case.blueprint,
        }

    def _denial(self) -> list[str]:
        try:
            self._kube.create(self._blueprint())
        except ApiError as error:
            if matches(self._case.denied, error.message.rstrip("\n")):
                return []
            return [f"webhook: expected {self._case.denied!r}, found {error.message!r}"]
        return [f"webhook: expected {self._case.denied!r}, found that the Blueprint was taken"]

    def _actionset(self) -> Object:
        metadata = {
            "name": self._name,
            "namespace": self._runner.kanister,
            "labels": dict(self._case.labels),
        }
        obj: Object = {
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "ActionSet",
            "metadata": metadata,
        }
        if self._case.actions is not None:
            obj["spec"] = {"actions": list(self._case.actions)}
        if self._case.status is not None:
            obj["status"] = self._case.status
        return obj

    def _disturb(self) -> None:
        if not self._case.during:
            return

        def runs(obj: Object | None) -> bool | None:
            actions = ((obj or {}).get("status") or {}).get("actions") or [{}]
            states = [item["state"] for item in actions[0].get("phases") or []]
            return True if "running" in states else None

        name, kanister = self._name, self._runner.kanister
        left_s = self._deadline.left_s
        self._kube.wait_for(ACTIONSETS, name, kanister, runs, timeout_s=left_s)
        if self._case.during == "restart":
            self._controller.delete()
            self._controller.wait_ready(self._deadline)
            self._controller.remember()
        elif self._case.during == "delete blueprint":
            self._kube.delete(BLUEPRINTS, name, kanister)
        else:
            self._wait_task()
            self._kube.delete(ACTIONSETS, name, kanister)

    def _wait_task(self) -> None:
        def started() -> bool | None:
            return (
                bool(self._kube.list(PODS, self._ns, label_selector="createdBy=kanister")) or None
            )

        wait_until(started, self._deadline)

    def _look(self, version: str) -> Seen:
        case, kube, kanister = self._case, self._kube, self._runner.kanister
        expect = case.expect
        seen = Seen(restarts=self._controller.restarts())
        with contextlib.suppress(NotFound):
            seen.actionset = kube.get(ACTIONSETS, self._looked_at, kanister)
        if expect.events is not None:
            seen.events = list(self._events())
        if expect.pods is not None and self._status_fits(seen):
            seen.pods = self._pods(version)
        if self._bucket is not None:
            keys = [row.key for row in self._bucket.objects()]
            seen.bucket = {
                key: self._bucket.get(key) if key in expect.contents else b"" for key in keys
            }
        if expect.log:
            seen.log = self._controller.log()
        seen.missing = [
            f"{name}: expected to be {'there' if there else 'gone'}"
            for there, wanted in ((True, expect.present), (False, expect.absent))
            for api, plural, kind, name in wanted
            if self._there(api, plural, kind, name) != there
        ]
        if expect.replicas is not None:
            seen.replicas = kube.get(STATEFULSETS, "db", self._ns)["spec"]["replicas"]
        return seen

    def _status_fits(self, seen: Seen) -> bool:
        """Looking at pods takes a while, so the rest is waited for first."""
        state = ((seen.actionset or {}).get("status") or {}).get("state", "")
        return self._case.expect.state in ("gone", state)

    def _there(self, api: str, plural: str, kind: str, name: str) -> bool:
        group, _, version = api.rpartition("/")
        try:
            self._kube.get(Resource(group, version, plural, kind), name, self._ns)
        except NotFound:
            return False
        return True

    def _events(self) -> Iterator[str]:
        found = self._kube.events(self._runner.kanister, "ActionSet", self._looked_at)
        # client-go's events bear their moment in their names, to the nanosecond.
        found = sorted(found, key=lambda item: item["metadata"]["name"].rpartition(".")[2])
        told_of_completion = False
        for event in found:
            if event["reason"] == "Update Complete":
                if told_of_completion:
                    continue
                told_of_completion = True
            yield f"{event['type']} {event['reason']}: {event['message']}"

    def _pods(self, version: str) -> list[Object]:
        """The pods that Kanister made, as they were made; returns when they are gone."""
        made: dict[str, Object] = {}
        gone: set[str] = set()
        deadline = Deadline(0.4)
        connection, path = self._kube._connection, PODS.path(self._ns)
        query = {"labelSelector": "createdBy=kanister"}
        events = watch_events(connection, path, query, version, deadline)
        with contextlib.closing(events) as stream:  # type: ignore[type-var]  # a generator
            for event in stream:
                uid = event.object["metadata"]["uid"]
                made.setdefault(uid, event.object)
                if event.type == "DELETED":
                    gone.add(uid)
                if made and gone == set(made):
                    break
        return list(made.values())


class _Controller:
    """Kanister's controller as a pod: its log, its restarts."""

    def __init__(self, kube: KubeClient, namespace: str) -> None:
        self._kube = kube
        self._namespace = namespace
        self._before = 0

    def remember(self) -> None:
        self._before = self._count()

    def restarts(self) -> int:
        return self._count() - self._before

    def log(self) -> str:
        return "\n".join(
            self._kube.logs(self._namespace, pod["metadata"]["name"], tail_lines=2000)
            for pod in self._pods()
        )

    def delete(self) -> None:
        for pod in self._pods():
            name = pod["metadata"]["name"]
            self._kube.delete(PODS, name, self._namespace, wait_s=30, grace_period_s=0)

    def wait_ready(self, deadline: Deadline) -> None:
        def ready() -> bool | None:
            states = [
                status.get("ready")
                for pod in self._pods()
                for status in (pod.get("status") or {}).get("containerStatuses") or []
            ]
            return True if states and all(states) else None

        if not wait_until(ready, deadline):
            raise EnvironmentProblem(
                "Kanister's controller does not run", remedies=["see its pod's log"]
            )

    def _pods(self) -> list[Object]:
        return self._kube.list(PODS, self._namespace, label_selector=_OPERATOR)

    def _count(self) -> int:
        return sum(
            status.get("restartCount", 0)
            for pod in self._pods()
            for status in (pod.get("status") or {}).get("containerStatuses") or []
        )


def _fill_location(profile: Object) -> None:
    fields = ("type", "bucket", "endpoint", "prefix", "region")
    profile["location"] = {**dict.fromkeys(fields, ""), **profile.get("location", {})}


def _statefulset(namespace: str, replicas: int) -> Object:
    labels = {"app.kubernetes.io/instance": "db"}
    container = {
        "name": "main",
        "image": IMAGE,
        "command": ["bash", "-c", "trap 'exit 0' TERM; while :; do sleep 600 & wait; done"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "16Mi"}},
        },
    }
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 2},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": namespace, "labels": labels},
        "spec": {
            "serviceName": "db",
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": template,
            "volumeClaimTemplates": [claim],
        },
    }
