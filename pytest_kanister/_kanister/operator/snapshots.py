"""Volume snapshots as the CSI functions of Kanister make them and wait for them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._model.resources import (
    PERSISTENTVOLUMECLAIMS,
    VOLUMESNAPSHOTCLASSES,
    VOLUMESNAPSHOTCONTENTS,
    VOLUMESNAPSHOTS,
)
from pytest_kanister.errors import ApiError, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._model.api import Api, Object

__all__ = ["create", "create_content", "delete", "delete_content", "wait_ready"]

_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 0.5
_NAMELESS = "name is required"
"""What the Kubernetes client library says before it asks the API."""


async def create(
    api: Api,
    name: str,
    namespace: str,
    claim: str,
    snapshot_class: str,
    labels: Mapping[str, str],
) -> None:
    """A VolumeSnapshot of a claim.

    Raises:
        KanisterError: the claim is missing, or the API refuses.
    """
    try:
        await api.get(PERSISTENTVOLUMECLAIMS, claim, namespace)
    except NotFound as error:
        details = {"namespace": namespace, "pvc": claim}
        raise KanisterError("Failed to find PVC", details, cause=error) from error
    except ApiError as error:
        details = {"namespace": namespace, "pvc": claim}
        raise KanisterError("Failed to query PVC", details, cause=error) from error
    source = {"persistentVolumeClaimName": claim}
    await _create_snapshot(api, name, namespace, snapshot_class, source, labels)


async def create_content(
    api: Api, name: str, namespace: str, driver: str, handle: str, snapshot_class: str
) -> None:
    """VolumeSnapshotContent and VolumeSnapshot of a snapshot that the storage has already.

    Raises:
        KanisterError: the class is missing, or the API refuses.
    """
    try:
        found = await api.get(VOLUMESNAPSHOTCLASSES, snapshot_class)
    except ApiError as error:
        raise KanisterError(
            "Failed to get DeletionPolicy from VolumeSnapshotClass", cause=error
        ) from error
    content: Object = {
        "apiVersion": VOLUMESNAPSHOTCONTENTS.api_version,
        "kind": VOLUMESNAPSHOTCONTENTS.kind,
        "metadata": {"generateName": f"{name}-content-"},
        "spec": {
            "deletionPolicy": found.get("deletionPolicy", ""),
            "driver": driver,
            "source": {"snapshotHandle": handle},
            "volumeSnapshotClassName": snapshot_class,
            "volumeSnapshotRef": {"name": name, "namespace": namespace},
        },
    }
    try:
        made = await api.create(VOLUMESNAPSHOTCONTENTS, content)
    except ApiError as error:
        details = {"volumeSnapshotContent": f"{name}-content"}
        raise KanisterError("Failed to create content", details, cause=error) from error
    source = {"volumeSnapshotContentName": made["metadata"]["name"]}
    await _create_snapshot(api, name, namespace, snapshot_class, source, {})


async def _create_snapshot(
    api: Api,
    name: str,
    namespace: str,
    snapshot_class: str,
    source: Mapping[str, str],
    labels: Mapping[str, str],
) -> None:
    snapshot: Object = {
        "apiVersion": VOLUMESNAPSHOTS.api_version,
        "kind": VOLUMESNAPSHOTS.kind,
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels)},
        "spec": {"source": dict(source), "volumeSnapshotClassName": snapshot_class},
    }
    try:
        await api.create(VOLUMESNAPSHOTS, snapshot, namespace)
    except ApiError as error:
        details = {"name": name, "namespace": namespace}
        raise KanisterError("Failed to create snapshot resource", details, cause=error) from error


async def wait_ready(api: Api, name: str, namespace: str) -> Object:
    """The snapshot's status once it can be used; there is no limit.

    Raises:
        KanisterError: the storage could not make it.
    """
    pause = _FIRST_PAUSE_S
    while True:
        try:
            snapshot = await api.get(VOLUMESNAPSHOTS, name, namespace)
        except ApiError as error:
            raise KanisterError(error.message) from error
        status: Object = snapshot.get("status") or {}
        if status.get("error"):
            raise KanisterError(str(status["error"].get("message", "")))
        if status.get("readyToUse") and status.get("creationTime"):
            return status
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_S)


async def delete(api: Api, name: str, namespace: str) -> None:
    """Deletes a VolumeSnapshot and waits until it is gone; one that is not there is no error.

    Raises:
        KanisterError: no name, or the API refuses.
    """
    if not name:
        details = {"name": name, "namespace": namespace}
        raise KanisterError("Failed to find VolumeSnapshot", details, KanisterError(_NAMELESS))
    try:
        with contextlib.suppress(NotFound):
            await api.delete(VOLUMESNAPSHOTS, name, namespace)
            pause = _FIRST_PAUSE_S
            while True:
                await api.get(VOLUMESNAPSHOTS, name, namespace)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
    except ApiError as error:
        raise KanisterError(error.message) from error


async def delete_content(api: Api, name: str) -> None:
    """Asks for deletion of a VolumeSnapshotContent; one that is not there is no error.

    Raises:
        KanisterError: no name, or the API refuses.
    """
    details = {"volumeSnapshotContent": name}
    if not name:
        raise KanisterError("Failed to delete", details, KanisterError(_NAMELESS))
    try:
        with contextlib.suppress(NotFound):
            await api.delete(VOLUMESNAPSHOTCONTENTS, name)
    except ApiError as error:
        raise KanisterError("Failed to delete", details, cause=error) from error
