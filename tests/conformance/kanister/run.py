"""One case's run."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kanister.client import create_profile
from pytest_kanister._kube.watching import watch_events
from pytest_kanister._model.resources import (
    ACTIONSETS,
    BLUEPRINTS,
    NAMESPACES,
    PODS,
    STATEFULSETS,
    Resource,
)
from pytest_kanister.errors import ApiError, EnvironmentProblem, NotFound
from tests.conformance.kanister.case import Case, Object, matches
from tests.conformance.kanister.controller import Controller
from tests.conformance.kanister.given import fill_location, statefulset, take_snapshot
from tests.conformance.kanister.seen import Seen, differences

if TYPE_CHECKING:
    from tests.conformance.kanister.running import Runner

__all__ = ["Run"]


class Run:
    """One case, from its namespace to its differences."""

    def __init__(self, runner: Runner, case: Case) -> None:
        self._runner = runner
        self._kube = runner.kube
        name = f"kc-{case.id.lower()}"[:50].rstrip("-") + f"-{runner.run_id}"
        self._name = self._ns = name
        ground = runner.ground
        words = {"ns": name, "id": name, "bucket": name, "kanister": runner.kanister}
        words |= {"storage": ground.storage, "snapshots": ground.snapshots}
        self._case = case.filled(words)
        self._looked_at = name
        self.said = ""
        self._deadline = Deadline(runner.limit_s)
        self._bucket: Any = None
        self._controller = Controller(self._kube, runner.kanister)

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
            time.sleep(self._runner.hold_s)

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
        self._runner.namespace(self._ns)
        for obj in case.objects:
            namespace = obj["metadata"].get("namespace") or self._ns
            body = {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}
            if obj["kind"] == "Profile":
                fill_location(body)
            kube.create(body)
        kube.create(statefulset(self._ns, case.pods))
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
            self._case = case = case.filled(
                take_snapshot(kube, self._ns, self._runner.ground, self._deadline)
            )
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
        status = (seen.actionset or {}).get("status") or {}
        message = (status.get("error") or {}).get("message", "")
        self.said = message.replace(self._name, "<id>")
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
