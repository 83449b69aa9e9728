"""Volume snapshots: copies of folders, and claims filled from them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._cluster.controllers.snapshots import copy_folder
from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import (
    NAMESPACES,
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    VOLUMESNAPSHOTCLASSES,
    VOLUMESNAPSHOTCONTENTS,
    VOLUMESNAPSHOTS,
)
from pytest_kanister.errors import AlreadyExists, ApiError, NotFound
from tests.cluster.standins import Cluster


def _claim(name: str, **spec: Any) -> Object:
    asked = {"requests": {"storage": "1Gi"}}
    return {
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": asked, **spec},
    }


def _snapshot(name: str, snapshot_class: str = "standard", **source: str) -> Object:
    return {
        "apiVersion": VOLUMESNAPSHOTS.api_version,
        "kind": VOLUMESNAPSHOTS.kind,
        "metadata": {"name": name},
        "spec": {"source": source, "volumeSnapshotClassName": snapshot_class},
    }


def _make(cluster: Cluster, resource: Any, obj: Object, namespace: str | None) -> Object:
    return cluster.run(cluster.api.create(resource, obj, namespace))


def _get(cluster: Cluster, resource: Any, name: str, namespace: str | None = None) -> Object:
    return cluster.run(cluster.api.get(resource, name, namespace))


def _bound(cluster: Cluster, name: str, namespace: str) -> Path:
    """The folder of a claim once it has one."""

    def bound() -> Any:
        claim = _get(cluster, PERSISTENTVOLUMECLAIMS, name, namespace)
        return claim if claim["status"]["phase"] == "Bound" else None

    volume = _get(cluster, PERSISTENTVOLUMES, cluster.until(bound)["spec"]["volumeName"])
    return Path(volume["spec"]["hostPath"]["path"])


def _status(cluster: Cluster, name: str, namespace: str) -> Any:
    return cluster.until(
        lambda: _get(cluster, VOLUMESNAPSHOTS, name, namespace).get("status") or None
    )


def _gone(cluster: Cluster, resource: Any, name: str) -> Any:
    try:
        _get(cluster, resource, name)
    except NotFound:
        return True
    return None


def test_a_snapshot_and_a_claim_from_it(alive: Cluster) -> None:
    home = "snapped"
    _make(alive, NAMESPACES, {"metadata": {"name": home}}, None)
    _make(alive, PERSISTENTVOLUMECLAIMS, _claim("data"), home)
    folder = _bound(alive, "data", home)
    (folder / "file").write_text("before")
    _make(alive, VOLUMESNAPSHOTS, _snapshot("s", persistentVolumeClaimName="data"), home)
    status = _status(alive, "s", home)
    assert status["readyToUse"] is True
    assert status["restoreSize"] == "1Gi"
    (folder / "file").write_text("after")
    source = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "s"}
    _make(alive, PERSISTENTVOLUMECLAIMS, _claim("back", dataSource=source), home)
    assert (_bound(alive, "back", home) / "file").read_text() == "before"
    name = status["boundVolumeSnapshotContentName"]
    content = _get(alive, VOLUMESNAPSHOTCONTENTS, name)
    assert content["spec"]["deletionPolicy"] == "Delete"
    copies = folder.parent.with_name("snapshots")
    assert list(copies.iterdir())
    alive.run(alive.api.delete(NAMESPACES, home))
    alive.until(lambda: _gone(alive, VOLUMESNAPSHOTCONTENTS, name))
    assert not list(copies.iterdir())


def test_a_retained_copy_outlives_its_snapshot(alive: Cluster) -> None:
    home = "kept"
    kept = {**_get(alive, VOLUMESNAPSHOTCLASSES, "standard"), "deletionPolicy": "Retain"}
    kept["metadata"] = {"name": "kept"}
    _make(alive, VOLUMESNAPSHOTCLASSES, kept, None)
    _make(alive, NAMESPACES, {"metadata": {"name": home}}, None)
    _make(alive, PERSISTENTVOLUMECLAIMS, _claim("data"), home)
    (_bound(alive, "data", home) / "file").write_text("x")
    _make(alive, VOLUMESNAPSHOTS, _snapshot("s", "kept", persistentVolumeClaimName="data"), home)
    name = _status(alive, "s", home)["boundVolumeSnapshotContentName"]
    alive.run(alive.api.delete(VOLUMESNAPSHOTS, "s", home))
    # The content stays until somebody deletes it, and the copy even then.
    handle = _get(alive, VOLUMESNAPSHOTCONTENTS, name)["status"]["snapshotHandle"]
    alive.run(alive.api.delete(VOLUMESNAPSHOTCONTENTS, name))
    alive.until(lambda: _gone(alive, VOLUMESNAPSHOTCONTENTS, name))
    content: Object = {
        "apiVersion": VOLUMESNAPSHOTCONTENTS.api_version,
        "kind": VOLUMESNAPSHOTCONTENTS.kind,
        "metadata": {"name": "static"},
        "spec": {
            "deletionPolicy": "Delete",
            "driver": kept["driver"],
            "source": {"snapshotHandle": handle},
            "volumeSnapshotRef": {"name": "again", "namespace": home},
        },
    }
    _make(alive, VOLUMESNAPSHOTCONTENTS, content, None)
    _make(alive, VOLUMESNAPSHOTS, _snapshot("again", volumeSnapshotContentName="static"), home)
    assert _status(alive, "again", home)["readyToUse"] is True


@pytest.mark.parametrize(
    ("snapshot_class", "message"),
    [("none", 'volumesnapshotclass "none" not found'), ("alien", 'no driver "alien.example"')],
)
def test_a_class_that_cannot_be_used(alive: Cluster, snapshot_class: str, message: str) -> None:
    home = f"class-{snapshot_class}"
    alien = {**_get(alive, VOLUMESNAPSHOTCLASSES, "standard"), "driver": "alien.example"}
    alien["metadata"] = {"name": "alien"}
    with contextlib.suppress(AlreadyExists):
        _make(alive, VOLUMESNAPSHOTCLASSES, alien, None)
    _make(alive, NAMESPACES, {"metadata": {"name": home}}, None)
    snapshot = _snapshot("s", snapshot_class, persistentVolumeClaimName="data")
    _make(alive, VOLUMESNAPSHOTS, snapshot, home)
    assert message in _status(alive, "s", home)["error"]["message"]


def test_a_snapshot_without_source_is_invalid(alive: Cluster) -> None:
    wrong = _snapshot("s")
    del wrong["spec"]["source"]
    with pytest.raises(ApiError, match=r"spec\.source"):
        _make(alive, VOLUMESNAPSHOTS, wrong, "default")


def test_copies_keep_modes_links_and_holes(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "new" / "target"
    (source / "d").mkdir(parents=True)
    (source / "d").chmod(0o700)
    (source / "link").symlink_to("d")
    with (source / "hole").open("wb") as file:
        file.truncate(1 << 24)
    copy_folder(source, target)
    copy_folder(source, target)  # what was there is replaced
    assert (target / "d").stat().st_mode & 0o777 == 0o700
    assert (target / "link").is_symlink()
    assert (target / "hole").stat().st_blocks < 1 << 10
    assert sorted(path.name for path in target.iterdir()) == ["d", "hole", "link"]
    with pytest.raises(OSError, match="nowhere"):
        copy_folder(tmp_path / "nowhere", tmp_path / "other")
