"""Namespaces, owners, CRDs, volumes and endpoints."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import (
    CONFIGMAPS,
    CRDS,
    ENDPOINTS,
    EVENTS,
    NAMESPACES,
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    PODS,
    SECRETS,
    SERVICES,
    STATEFULSETS,
    Resource,
)
from pytest_kanister.errors import ApiError, NotFound
from tests.cluster.standins import Cluster, pod, stateful_set, widget, widgets_crd

WIDGETS = Resource("example.org", "v1", "widgets", "Widget")


def make(cluster: Cluster, resource: Resource, obj: Object, namespace: str | None = None) -> Object:
    return cluster.run(cluster.api.create(resource, obj, namespace))


def missing(cluster: Cluster, resource: Resource, name: str, namespace: str | None = None) -> Any:
    try:
        cluster.run(cluster.api.get(resource, name, namespace))
    except NotFound:
        return True
    return None


def namespace(cluster: Cluster, name: str) -> str:
    make(cluster, NAMESPACES, {"metadata": {"name": name}})
    return name


def claim(name: str, **spec: Any) -> Object:
    asked = {"requests": {"storage": "1Gi"}}
    return {
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": asked, **spec},
    }


def test_a_namespace_is_drained_and_then_gone(alive: Cluster) -> None:
    home = namespace(alive, "drained")
    make(alive, STATEFULSETS, stateful_set("db"), home)
    alive.until(lambda: not missing(alive, PODS, "db-0", home) or None)
    held = {"metadata": {"name": "held", "finalizers": ["example.org/hold"]}}
    make(alive, CONFIGMAPS, held, home)
    asked = alive.run(alive.api.delete(NAMESPACES, home))
    assert asked["status"]["phase"] == "Terminating"
    with pytest.raises(ApiError, match="because it is being terminated") as caught:
        make(alive, SECRETS, {"metadata": {"name": "late"}}, home)
    assert caught.value.status == 403
    alive.until(lambda: missing(alive, PODS, "db-0", home))
    assert not missing(alive, NAMESPACES, home)  # a finalizer holds it
    free = {"metadata": {"finalizers": None}}
    alive.run(alive.api.patch(CONFIGMAPS, "held", free, home))
    alive.until(lambda: missing(alive, NAMESPACES, home))
    assert alive.run(alive.api.list(PERSISTENTVOLUMECLAIMS, home))["items"] == []


def owned(name: str, *owners: Object, **more: Any) -> Object:
    references = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            **more,
        }
        for owner in owners
    ]
    return {"metadata": {"name": name, "ownerReferences": references}}


def test_dependents_go_with_their_last_owner(alive: Cluster) -> None:
    home = namespace(alive, "owners")
    first = make(alive, CONFIGMAPS, {"metadata": {"name": "first"}}, home)
    second = make(alive, CONFIGMAPS, {"metadata": {"name": "second"}}, home)
    make(alive, SECRETS, owned("both", first, second), home)
    make(alive, SECRETS, owned("one", first), home)
    alive.run(alive.api.delete(CONFIGMAPS, "first", home))
    alive.until(lambda: missing(alive, SECRETS, "one", home))

    def left() -> bool | None:
        both = alive.run(alive.api.get(SECRETS, "both", home))
        return len(both["metadata"]["ownerReferences"]) == 1 or None

    alive.until(left)
    alive.run(alive.api.delete(CONFIGMAPS, "second", home))
    alive.until(lambda: missing(alive, SECRETS, "both", home))


def test_an_owner_that_never_was_is_no_owner(alive: Cluster) -> None:
    home = namespace(alive, "strangers")
    stranger = {"metadata": {"name": "x", "uid": "00000000-0000-0000-0000-000000000000"}}
    make(alive, SECRETS, owned("lonely", stranger), home)
    alive.until(lambda: missing(alive, SECRETS, "lonely", home))


def test_a_foreground_deletion_waits_for_dependents(alive: Cluster) -> None:
    home = namespace(alive, "foreground")
    owner = make(alive, CONFIGMAPS, {"metadata": {"name": "owner"}}, home)
    child = owned("child", owner, blockOwnerDeletion=True)
    child["metadata"]["finalizers"] = ["example.org/hold"]
    make(alive, SECRETS, child, home)
    alive.run(alive.api.delete(CONFIGMAPS, "owner", home, propagation="Foreground"))

    def asked() -> bool | None:
        found = alive.run(alive.api.get(SECRETS, "child", home))
        return bool(found["metadata"].get("deletionTimestamp")) or None

    alive.until(asked)
    assert not missing(alive, CONFIGMAPS, "owner", home)
    alive.run(alive.api.patch(SECRETS, "child", {"metadata": {"finalizers": None}}, home))
    alive.until(lambda: missing(alive, CONFIGMAPS, "owner", home))


def test_orphans_stay(alive: Cluster) -> None:
    home = namespace(alive, "orphans")
    owner = make(alive, CONFIGMAPS, {"metadata": {"name": "owner"}}, home)
    make(alive, SECRETS, owned("child", owner), home)
    alive.run(alive.api.delete(CONFIGMAPS, "owner", home, propagation="Orphan"))
    alive.until(lambda: missing(alive, CONFIGMAPS, "owner", home))
    child = alive.run(alive.api.get(SECRETS, "child", home))
    assert not child["metadata"].get("ownerReferences")


def test_a_crd_goes_after_its_objects(alive: Cluster) -> None:
    home = namespace(alive, "definitions")
    make(alive, CRDS, widgets_crd())
    make(alive, WIDGETS, widget("w"), home)
    alive.run(alive.api.delete(CRDS, "widgets.example.org"))
    alive.until(lambda: missing(alive, CRDS, "widgets.example.org"))
    with pytest.raises(NotFound, match="could not find the requested resource"):
        alive.run(alive.api.list(WIDGETS))


def test_a_claim_gets_a_folder_for_as_long_as_it_lives(alive: Cluster) -> None:
    home = namespace(alive, "claims")
    make(alive, PERSISTENTVOLUMECLAIMS, claim("data"), home)
    bound = alive.until(lambda: _bound(alive, "data", home))
    assert bound["status"]["capacity"] == {"storage": "1Gi"}
    volume = alive.run(alive.api.get(PERSISTENTVOLUMES, bound["spec"]["volumeName"]))
    assert volume["status"]["phase"] == "Bound"
    place = Path(volume["spec"]["hostPath"]["path"])
    assert place.parent == alive.folder / "volumes"
    # Any user of a pod may write into it, nobody from outside gets there.
    assert stat.S_IMODE(place.stat().st_mode) == 0o777
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    (place / "file").write_text("kept")
    alive.run(alive.api.delete(PERSISTENTVOLUMECLAIMS, "data", home))
    alive.until(lambda: missing(alive, PERSISTENTVOLUMES, volume["metadata"]["name"]))
    assert not place.exists()


def _bound(cluster: Cluster, name: str, home: str) -> Object | None:
    found = cluster.run(cluster.api.get(PERSISTENTVOLUMECLAIMS, name, home))
    return found if (found.get("status") or {}).get("phase") == "Bound" else None


def test_a_volume_made_by_hand_is_chosen_and_kept(alive: Cluster, tmp_path: Path) -> None:
    home = namespace(alive, "by-hand")
    source = {"hostPath": {"path": str(tmp_path)}, "storageClassName": "hand"}
    volume = {
        "metadata": {"name": "mine"},
        "spec": {"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"], **source},
    }
    make(alive, PERSISTENTVOLUMECLAIMS, claim("data", storageClassName="hand"), home)
    make(alive, PERSISTENTVOLUMES, volume)
    bound = alive.until(lambda: _bound(alive, "data", home))
    assert bound["spec"]["volumeName"] == "mine"
    alive.run(alive.api.delete(PERSISTENTVOLUMECLAIMS, "data", home))

    def released() -> bool | None:
        found = alive.run(alive.api.get(PERSISTENTVOLUMES, "mine"))
        return found["status"]["phase"] == "Released" or None

    alive.until(released)
    assert tmp_path.exists()


def test_a_claim_that_nothing_fits_says_why(alive: Cluster) -> None:
    home = namespace(alive, "unfit")
    make(alive, PERSISTENTVOLUMECLAIMS, claim("data", storageClassName="fast"), home)

    def told() -> Object | None:
        found = alive.run(alive.api.list(EVENTS, home, field_selector="involvedObject.name=data"))[
            "items"
        ]
        return found[0] if found else None

    event = alive.until(told)
    assert (event["reason"], event["type"]) == ("ProvisioningFailed", "Warning")
    assert '"standard"' in event["message"]


def service(name: str, **spec: Any) -> Object:
    ports = [{"name": "sql", "port": 3306, "targetPort": "sql"}]
    return {"metadata": {"name": name}, "spec": {"selector": {"app": "db"}, "ports": ports, **spec}}


def test_endpoints_follow_the_pods(alive: Cluster) -> None:
    home = namespace(alive, "endpoints")
    make(alive, SERVICES, service("db", clusterIP="None"), home)
    make(alive, STATEFULSETS, stateful_set("db", 2), home)

    def both() -> Object | None:
        try:
            found = alive.run(alive.api.get(ENDPOINTS, "db", home))
        except NotFound:
            return None
        subsets = found.get("subsets") or [{}]
        return found if len(subsets[0].get("addresses") or ()) == 2 else None

    found = alive.until(both)["subsets"][0]
    assert found["ports"] == [{"port": 3306, "protocol": "TCP", "name": "sql"}]
    first = found["addresses"][0]
    assert first["targetRef"]["name"] == "db-0"
    assert first["hostname"] == "db-0"
    assert first["ip"] == alive.run(alive.api.get(PODS, "db-0", home))["status"]["podIP"]

    change = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}
    alive.run(alive.api.patch(PODS, "db-0", change, home, subresource="status"))

    def apart() -> bool | None:
        subset = alive.run(alive.api.get(ENDPOINTS, "db", home))["subsets"][0]
        names = [item["targetRef"]["name"] for item in subset.get("notReadyAddresses") or ()]
        return names == ["db-0"] or None

    alive.until(apart)
    alive.run(alive.api.delete(SERVICES, "db", home))
    alive.until(lambda: missing(alive, ENDPOINTS, "db", home))


def test_a_service_without_selector_keeps_its_own_endpoints(alive: Cluster) -> None:
    home = namespace(alive, "outside")
    outside = {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}
    make(alive, SERVICES, outside, home)
    given = [{"addresses": [{"ip": "127.0.0.9"}], "ports": [{"port": 80, "protocol": "TCP"}]}]
    make(alive, ENDPOINTS, {"metadata": {"name": "s"}, "subsets": given}, home)
    make(alive, PODS, pod("p", labels={"app": "x"}), home)
    alive.until(lambda: alive.run(alive.api.get(PODS, "p", home))["status"].get("podIP") or None)
    assert alive.run(alive.api.get(ENDPOINTS, "s", home))["subsets"] == given
