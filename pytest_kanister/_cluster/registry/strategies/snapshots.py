"""Volume snapshots, as the CRDs of the CSI snapshotter define them.

Served from the start as custom resources without a CustomResourceDefinition of their own:
making three of those would cost every cluster's start.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry.kinds import Kind
from pytest_kanister._cluster.registry.strategies.custom import CustomResources
from pytest_kanister._model.resources import (
    VOLUMESNAPSHOTCLASSES,
    VOLUMESNAPSHOTCONTENTS,
    VOLUMESNAPSHOTS,
)

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["DRIVER", "SNAPSHOT_CLASS", "snapshot_class", "snapshot_kinds"]

SNAPSHOT_CLASS = "standard"
"""The cluster's only class, named as its storage class is."""

DRIVER = "pytest-kanister/host-path"

_STRING = {"type": "string"}
_INTEGER = {"type": "integer", "format": "int64"}


def _record(*required: str, **properties: Any) -> Object:
    record: Object = {"type": "object", "properties": properties}
    return {**record, "required": list(required)} if required else record


_ERROR = _record(message=_STRING, time={"type": "string", "format": "date-time"})
_READY = {"readyToUse": {"type": "boolean"}, "error": _ERROR}

_SNAPSHOT = _record(
    "spec",
    spec=_record(
        "source",
        source=_record(persistentVolumeClaimName=_STRING, volumeSnapshotContentName=_STRING),
        volumeSnapshotClassName=_STRING,
    ),
    status=_record(
        boundVolumeSnapshotContentName=_STRING,
        creationTime={"type": "string", "format": "date-time"},
        restoreSize=_STRING,
        **_READY,
    ),
)
_CONTENT = _record(
    "spec",
    spec=_record(
        "deletionPolicy",
        "driver",
        "source",
        "volumeSnapshotRef",
        deletionPolicy={**_STRING, "enum": ["Delete", "Retain"]},
        driver=_STRING,
        source=_record(snapshotHandle=_STRING, volumeHandle=_STRING),
        sourceVolumeMode=_STRING,
        volumeSnapshotClassName=_STRING,
        volumeSnapshotRef=_record(
            **dict.fromkeys(
                ("apiVersion", "kind", "name", "namespace", "resourceVersion", "uid"), _STRING
            )
        ),
    ),
    status=_record(creationTime=_INTEGER, restoreSize=_INTEGER, snapshotHandle=_STRING, **_READY),
)
_CLASS = _record(
    "driver",
    "deletionPolicy",
    driver=_STRING,
    deletionPolicy={**_STRING, "enum": ["Delete", "Retain"]},
    parameters={"type": "object", "additionalProperties": _STRING},
)


def _column(name: str, path: str, kind: str = "string") -> Object:
    return {"name": name, "type": kind, "jsonPath": path}


_AGE = _column("Age", ".metadata.creationTimestamp", "date")


@cache
def snapshot_kinds() -> tuple[Kind, ...]:
    """VolumeSnapshot, VolumeSnapshotContent, VolumeSnapshotClass."""
    columns = {
        VOLUMESNAPSHOTS: (
            _column("ReadyToUse", ".status.readyToUse", "boolean"),
            _column("SourcePVC", ".spec.source.persistentVolumeClaimName"),
            _column("RestoreSize", ".status.restoreSize"),
            _column("SnapshotClass", ".spec.volumeSnapshotClassName"),
            _column("SnapshotContent", ".status.boundVolumeSnapshotContentName"),
            _AGE,
        ),
        VOLUMESNAPSHOTCONTENTS: (
            _column("ReadyToUse", ".status.readyToUse", "boolean"),
            _column("RestoreSize", ".status.restoreSize", "integer"),
            _column("DeletionPolicy", ".spec.deletionPolicy"),
            _column("Driver", ".spec.driver"),
            _column("VolumeSnapshot", ".spec.volumeSnapshotRef.name"),
            _AGE,
        ),
        VOLUMESNAPSHOTCLASSES: (
            _column("Driver", ".driver"),
            _column("DeletionPolicy", ".deletionPolicy"),
            _AGE,
        ),
    }
    rows = (
        (VOLUMESNAPSHOTS, _SNAPSHOT, ("vs",)),
        (VOLUMESNAPSHOTCONTENTS, _CONTENT, ("vsc", "vscs")),
        (VOLUMESNAPSHOTCLASSES, _CLASS, ("vsclass", "vsclasses")),
    )
    return tuple(
        Kind(
            resource,
            CustomResources(_version(schema, columns[resource])),
            short_names=short,
            subresources=_doors(schema),
            custom=True,
        )
        for resource, schema, short in rows
    )


def _version(schema: Object, columns: tuple[Object, ...]) -> Object:
    root = {"apiVersion": _STRING, "kind": _STRING, "metadata": {"type": "object"}}
    full = {**schema, "properties": {**root, **schema["properties"]}}
    return {
        "schema": {"openAPIV3Schema": full},
        "subresources": {door: {} for door in _doors(schema)},
        "additionalPrinterColumns": list(columns),
    }


def _doors(schema: Object) -> frozenset[str]:
    return frozenset({"status"}) & frozenset(schema["properties"])


def snapshot_class() -> Object:
    """The class that is there from the start."""
    return {
        "apiVersion": VOLUMESNAPSHOTCLASSES.api_version,
        "kind": VOLUMESNAPSHOTCLASSES.kind,
        "metadata": {
            "name": SNAPSHOT_CLASS,
            "annotations": {"snapshot.storage.kubernetes.io/is-default-class": "true"},
        },
        "driver": DRIVER,
        "deletionPolicy": "Delete",
    }
