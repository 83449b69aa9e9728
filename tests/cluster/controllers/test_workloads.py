"""StatefulSets, Deployments and Jobs make pods; pods that go are replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import (
    DEPLOYMENTS,
    NAMESPACES,
    PERSISTENTVOLUMECLAIMS,
    PODS,
    REPLICASETS,
    STATEFULSETS,
    Resource,
)
from pytest_kanister.errors import NotFound
from tests.cluster.standins import Cluster, deployment, stateful_set

JOBS = Resource("batch", "v1", "jobs", "Job")


class Home:
    """A namespace of a test's own."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name

    def create(self, resource: Resource, obj: Object) -> Object:
        return self.cluster.run(self.cluster.api.create(resource, obj, self.name))

    def get(self, resource: Resource, name: str) -> Object:
        return self.cluster.run(self.cluster.api.get(resource, name, self.name))

    def patch(self, resource: Resource, name: str, change: Any, **more: Any) -> Object:
        api = self.cluster.api
        return self.cluster.run(api.patch(resource, name, change, self.name, **more))

    def delete(self, resource: Resource, name: str, **more: Any) -> Object:
        return self.cluster.run(self.cluster.api.delete(resource, name, self.name, **more))

    def names(self, resource: Resource, selector: str = "") -> list[str]:
        api = self.cluster.api
        found = self.cluster.run(api.list(resource, self.name, label_selector=selector))
        return [item["metadata"]["name"] for item in found["items"]]

    def until_status(self, resource: Resource, name: str, **wanted: Any) -> Object:
        def attempt() -> Object | None:
            obj = self.get(resource, name)
            status = obj.get("status") or {}
            seen = status.get("observedGeneration") == obj["metadata"]["generation"]
            fits = all(status.get(key) == value for key, value in wanted.items())
            return obj if fits and (seen or "observedGeneration" not in status) else None

        return self.cluster.until(attempt)


@pytest.fixture
def home(alive: Cluster, request: pytest.FixtureRequest) -> Iterator[Home]:
    name = re.sub("[^a-z0-9]+", "-", request.node.name.lower())[:60].strip("-")
    alive.run(alive.api.create(NAMESPACES, {"metadata": {"name": name}}))
    yield Home(alive, name)
    alive.run(alive.api.delete(NAMESPACES, name))


def test_a_stateful_set_makes_its_pods_in_order(home: Home, alive: Cluster) -> None:
    name = "ordered-0"
    alive.kubelet.slow.add(name)
    home.create(STATEFULSETS, stateful_set("ordered", 2))
    alive.until(lambda: home.names(PODS) == [name] or None)
    first = home.get(PODS, name)
    assert home.names(PODS) == [name]  # the second waits for the first
    alive.kubelet.slow.clear()
    ready = alive.kubelet.started(first, 77)
    alive.run(alive.api.update(PODS, ready, subresource="status"))
    done = home.until_status(STATEFULSETS, "ordered", replicas=2, readyReplicas=2)
    assert done["status"]["currentReplicas"] == done["status"]["updatedReplicas"] == 2
    assert home.names(PERSISTENTVOLUMECLAIMS) == ["data-ordered-0", "data-ordered-1"]
    second = home.get(PODS, "ordered-1")
    assert second["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] == "ordered-1"
    assert second["metadata"]["ownerReferences"][0]["uid"] == done["metadata"]["uid"]
    assert second["spec"]["hostname"] == "ordered-1"
    assert second["spec"]["volumes"] == [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data-ordered-1"}}
    ]


def test_a_deleted_pod_comes_back_with_its_claim(home: Home, alive: Cluster) -> None:
    home.create(STATEFULSETS, stateful_set("back"))
    home.until_status(STATEFULSETS, "back", readyReplicas=1)
    before = home.get(PODS, "back-0")["metadata"]["uid"]
    claim = home.get(PERSISTENTVOLUMECLAIMS, "data-back-0")["metadata"]["uid"]
    home.delete(PODS, "back-0")

    def replaced() -> bool | None:
        try:
            return home.get(PODS, "back-0")["metadata"]["uid"] != before or None
        except NotFound:
            return None

    alive.until(replaced)
    home.until_status(STATEFULSETS, "back", readyReplicas=1)
    assert home.get(PERSISTENTVOLUMECLAIMS, "data-back-0")["metadata"]["uid"] == claim


def test_scaling_down_goes_from_the_top_and_keeps_claims(home: Home, alive: Cluster) -> None:
    home.create(STATEFULSETS, stateful_set("scaled", 3))
    home.until_status(STATEFULSETS, "scaled", readyReplicas=3)
    home.patch(STATEFULSETS, "scaled", {"spec": {"replicas": 0}}, subresource="scale")
    home.until_status(STATEFULSETS, "scaled", replicas=0, readyReplicas=0)
    assert home.names(PODS) == []
    assert len(home.names(PERSISTENTVOLUMECLAIMS)) == 3
    home.patch(STATEFULSETS, "scaled", {"spec": {"replicas": 1}}, subresource="scale")
    home.until_status(STATEFULSETS, "scaled", replicas=1, readyReplicas=1)
    assert home.names(PODS) == ["scaled-0"]


def test_a_new_template_replaces_the_pods(home: Home) -> None:
    home.create(STATEFULSETS, stateful_set("rolled", 2))
    old = home.until_status(STATEFULSETS, "rolled", readyReplicas=2)["status"]["updateRevision"]
    change = stateful_set("rolled", 2, image="db:2")["spec"]["template"]
    home.patch(STATEFULSETS, "rolled", {"spec": {"template": change}})
    done = home.until_status(STATEFULSETS, "rolled", updatedReplicas=2, readyReplicas=2)
    assert done["status"]["currentRevision"] == done["status"]["updateRevision"] != old
    images = {home.get(PODS, name)["spec"]["containers"][0]["image"] for name in home.names(PODS)}
    assert images == {"db:2"}


def test_deleting_a_stateful_set_takes_its_pods_along(home: Home, alive: Cluster) -> None:
    home.create(STATEFULSETS, stateful_set("gone"))
    home.until_status(STATEFULSETS, "gone", readyReplicas=1)
    home.delete(STATEFULSETS, "gone")
    alive.until(lambda: home.names(PODS) == [] or None)
    assert home.names(PERSISTENTVOLUMECLAIMS) == ["data-gone-0"]


def test_a_deployment_has_a_replica_set_per_template(home: Home, alive: Cluster) -> None:
    home.create(DEPLOYMENTS, deployment("web"))
    done = home.until_status(DEPLOYMENTS, "web", readyReplicas=2, updatedReplicas=2, replicas=2)
    assert done["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "1"
    assert [item["type"] for item in done["status"]["conditions"]] == ["Available", "Progressing"]
    (first,) = home.names(REPLICASETS)
    assert all(name.startswith(f"{first}-") for name in home.names(PODS))
    change = deployment("web", image="web:2")["spec"]["template"]
    home.patch(DEPLOYMENTS, "web", {"spec": {"template": change}})
    done = home.until_status(DEPLOYMENTS, "web", readyReplicas=2, updatedReplicas=2, replicas=2)
    assert done["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"
    assert len(home.names(REPLICASETS)) == 2
    assert home.get(REPLICASETS, first)["spec"]["replicas"] == 0

    back = deployment("web", image="web:1")["spec"]["template"]
    home.patch(DEPLOYMENTS, "web", {"spec": {"template": back}})
    alive.until(lambda: home.get(REPLICASETS, first)["status"].get("readyReplicas") == 2 or None)
    assert len(home.names(REPLICASETS)) == 2  # the old one is used again, under a new number
    numbers = home.get(REPLICASETS, first)["metadata"]["annotations"]
    assert numbers["deployment.kubernetes.io/revision"] == "3"


def test_a_recreated_deployment_never_overlaps(home: Home) -> None:
    obj = deployment("single", 1)
    obj["spec"]["strategy"] = {"type": "Recreate"}
    home.create(DEPLOYMENTS, obj)
    home.until_status(DEPLOYMENTS, "single", readyReplicas=1)
    change = deployment("single", 1, image="web:2")["spec"]["template"]
    home.patch(DEPLOYMENTS, "single", {"spec": {"template": change}})
    home.until_status(DEPLOYMENTS, "single", readyReplicas=1, updatedReplicas=1, replicas=1)
    (name,) = home.names(PODS)
    assert home.get(PODS, name)["spec"]["containers"][0]["image"] == "web:2"


def test_a_deployments_pods_are_replaced_and_removed(home: Home, alive: Cluster) -> None:
    home.create(DEPLOYMENTS, deployment("web", 1))
    home.until_status(DEPLOYMENTS, "web", readyReplicas=1)
    (name,) = home.names(PODS)
    home.delete(PODS, name)
    alive.until(lambda: (home.names(PODS) not in ([name], [])) or None)
    home.until_status(DEPLOYMENTS, "web", readyReplicas=1)
    home.delete(DEPLOYMENTS, "web")
    alive.until(lambda: (home.names(PODS), home.names(REPLICASETS)) == ([], []) or None)


@pytest.mark.parametrize(("phase", "kind"), [("Succeeded", "Complete"), ("Failed", "Failed")])
def test_a_job_ends_with_its_pod(home: Home, alive: Cluster, phase: str, kind: str) -> None:
    template = {
        "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox:1"}]}
    }
    home.create(
        JOBS, {"metadata": {"name": "once"}, "spec": {"template": template, "backoffLimit": 0}}
    )
    alive.until(lambda: len(home.names(PODS, "job-name=once")) == 1 or None)
    (name,) = home.names(PODS, "job-name=once")
    alive.until(lambda: home.get(PODS, name)["status"]["phase"] == "Running" or None)
    home.patch(PODS, name, {"status": {"phase": phase}}, subresource="status")
    done = alive.until(lambda: _finished(home.get(JOBS, "once")))
    assert done["status"]["conditions"][0]["type"] == kind
    assert home.names(PODS, "job-name=once") == [name]


def _finished(job: Object) -> Object | None:
    return job if (job.get("status") or {}).get("conditions") else None
