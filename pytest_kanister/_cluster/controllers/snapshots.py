"""Volume snapshots: a real copy of the volume's folder, and claims filled from one.

The parts of the CSI snapshot controller and its sidecar that Kanister's functions rely on.  A
copy is made file by file while pods run, so it is not of one instant as a storage system's is:
an application that must not see that is to be quiesced first.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.children import run
from pytest_kanister._cluster.controllers.common import find, set_status
from pytest_kanister._cluster.controllers.loops import Controller, Key, key_of
from pytest_kanister._cluster.registry.objects import now
from pytest_kanister._cluster.registry.quantities import parse_quantity
from pytest_kanister._cluster.registry.strategies.snapshots import DRIVER
from pytest_kanister._model.resources import (
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    VOLUMESNAPSHOTCLASSES,
    VOLUMESNAPSHOTCONTENTS,
    VOLUMESNAPSHOTS,
)
from pytest_kanister.errors import AlreadyExists, EnvironmentProblem, NotFound

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object, WatchEvent
    from pytest_kanister._model.resources import Resource

__all__ = ["Snapshots", "copy_folder", "snapshot_folder"]

_KEEP = "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection"
_LOOK_AGAIN_S = 0.2


def snapshot_folder(volumes: Path, handle: str) -> Path:
    """Where the copy with this handle is."""
    return volumes.with_name("snapshots") / handle


def copy_folder(source: Path, target: Path) -> None:
    """Copies a folder with owners, modes, links and holes.

    Raises:
        OSError: it cannot be copied; files that vanish meanwhile are no error.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.rmtree(target, ignore_errors=True)  # what an interrupted copy has left
    options = ["--archive", "--sparse=always", "--reflink=auto"]
    try:
        command = ["cp", *options, "--", str(source), str(target)]
        done = run(command, env={**os.environ, "LC_ALL": "C"})
    except EnvironmentProblem as problem:
        raise OSError(0, str(problem)) from problem
    complaints = [line for line in done.stderr.splitlines() if "No such file" not in line]
    if complaints or (done.exit_status and not target.is_dir()):
        shutil.rmtree(target, ignore_errors=True)
        raise OSError(0, (complaints or [done.stderr.strip()])[0])


class Snapshots(Controller):
    """Keys are VolumeSnapshots; a content's key bears its name under the namespace `""`."""

    watched = (VOLUMESNAPSHOTS, VOLUMESNAPSHOTCONTENTS)

    def __init__(self, api: Api, volumes: Path) -> None:
        super().__init__(api)
        self._volumes = volumes

    def keys(self, resource: Resource, event: WatchEvent) -> list[Key]:
        """A snapshot concerns itself and its content, a content itself and its snapshot."""
        obj = event.object
        found = [key_of(obj)]
        if resource == VOLUMESNAPSHOTS:
            content = (obj.get("status") or {}).get("boundVolumeSnapshotContentName")
            return [*found, ("", content)] if content else found
        reference = obj["spec"]["volumeSnapshotRef"]
        return [*found, (reference.get("namespace", ""), reference.get("name", ""))]

    async def reconcile(self, key: Key) -> float | None:
        """One snapshot or one content."""
        if key[0]:
            snapshot = await find(self.api, VOLUMESNAPSHOTS, key[1], key[0])
            if snapshot is not None and not snapshot["metadata"].get("deletionTimestamp"):
                return await self._bind(snapshot)
            return None
        content = await find(self.api, VOLUMESNAPSHOTCONTENTS, key[1])
        if content is not None:
            await self._keep(content)
        return None

    # ── snapshots ────────────────────────────────────────────────────────────────────────────

    async def _bind(self, snapshot: Object) -> float | None:
        status = snapshot.get("status") or {}
        if status.get("readyToUse") or status.get("error"):
            return None
        source = snapshot["spec"]["source"]
        name = source.get("volumeSnapshotContentName")
        if name:
            content = await find(self.api, VOLUMESNAPSHOTCONTENTS, name)
            if content is None:
                return _LOOK_AGAIN_S
        else:
            name = f"snapcontent-{snapshot['metadata']['uid']}"
            content = await find(self.api, VOLUMESNAPSHOTCONTENTS, name)
            if content is None:
                content, wait_s = await self._cut(snapshot, name)
                if content is None:
                    return wait_s
        made = content.get("status") or {}
        if made.get("error"):
            await self._fail(snapshot, made["error"]["message"])
        elif made.get("readyToUse"):
            moment = datetime.fromtimestamp(made["creationTime"] // 10**9, UTC)
            fresh: Object = {
                "boundVolumeSnapshotContentName": name,
                "creationTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "readyToUse": True,
                "restoreSize": _quantity(made["restoreSize"]),
            }
            await set_status(self.api, VOLUMESNAPSHOTS, snapshot, fresh)
        return None

    async def _cut(self, snapshot: Object, name: str) -> tuple[Object | None, float | None]:
        """The content of a new copy; without one, when to look again."""
        spec, metadata = snapshot["spec"], snapshot["metadata"]
        class_name = spec.get("volumeSnapshotClassName", "")
        chosen = await find(self.api, VOLUMESNAPSHOTCLASSES, class_name) if class_name else None
        if chosen is None:
            await self._fail(
                snapshot,
                f'Failed to get snapshot class with error volumesnapshotclass "{class_name}" not '
                "found: name one that is there in volumeSnapshotClassName",
            )
            return None, None
        if chosen["driver"] != DRIVER:
            await self._fail(
                snapshot, f'no driver "{chosen["driver"]}" here: the cluster has "{DRIVER}" only'
            )
            return None, None
        claim_name = spec["source"].get("persistentVolumeClaimName", "")
        claim = await find(self.api, PERSISTENTVOLUMECLAIMS, claim_name, metadata["namespace"])
        if claim is None or (claim.get("status") or {}).get("phase") != "Bound":
            return None, _LOOK_AGAIN_S  # the real one retries, too, and tells an event
        volume = await self.api.get(PERSISTENTVOLUMES, claim["spec"]["volumeName"])
        content: Object = {
            "apiVersion": VOLUMESNAPSHOTCONTENTS.api_version,
            "kind": VOLUMESNAPSHOTCONTENTS.kind,
            "metadata": {"name": name, "finalizers": [_KEEP]},
            "spec": {
                "deletionPolicy": chosen["deletionPolicy"],
                "driver": DRIVER,
                "source": {"volumeHandle": volume["metadata"]["name"]},
                "volumeSnapshotClassName": class_name,
                "volumeSnapshotRef": _reference(snapshot),
            },
        }
        try:
            made = await self.api.create(VOLUMESNAPSHOTCONTENTS, content)
        except AlreadyExists:
            made = await self.api.get(VOLUMESNAPSHOTCONTENTS, name)
        return made, None

    async def _fail(self, snapshot: Object, message: str) -> None:
        error = {"message": message, "time": now()}
        status = {"readyToUse": False, "error": error}
        await set_status(self.api, VOLUMESNAPSHOTS, snapshot, status)

    # ── contents ─────────────────────────────────────────────────────────────────────────────

    async def _keep(self, content: Object) -> None:
        """Copies, or goes with its snapshot, or is on its way out."""
        spec, metadata = content["spec"], content["metadata"]
        if spec["driver"] != DRIVER:
            return
        status = content.get("status") or {}
        if metadata.get("deletionTimestamp"):
            if spec["deletionPolicy"] == "Delete" and status.get("snapshotHandle"):
                place = snapshot_folder(self._volumes, status["snapshotHandle"])
                await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
                place.with_name(f"{place.name}.size").unlink(missing_ok=True)
            kept = [item for item in metadata.get("finalizers") or () if item != _KEEP]
            await self.api.update(
                VOLUMESNAPSHOTCONTENTS,
                {**content, "metadata": {**metadata, "finalizers": kept}},
            )
            return
        reference = spec["volumeSnapshotRef"]
        snapshot = await find(self.api, VOLUMESNAPSHOTS, reference["name"], reference["namespace"])
        uid = reference.get("uid")
        if uid and (snapshot is None or snapshot["metadata"]["uid"] != uid):
            if spec["deletionPolicy"] == "Delete":
                await _delete(self.api, metadata["name"])
            return
        if not status.get("readyToUse") and not status.get("error"):
            await self._fill(content)
        if snapshot is not None and not uid:
            change: Object = {
                "metadata": {"finalizers": [_KEEP]},
                "spec": {"volumeSnapshotRef": _reference(snapshot)},
            }
            await self.api.patch(VOLUMESNAPSHOTCONTENTS, metadata["name"], change)

    async def _fill(self, content: Object) -> None:
        """Makes the copy of a new content; finds the one that a static content names."""
        source = content["spec"]["source"]
        handle = source.get("snapshotHandle")
        try:
            if handle:
                place = snapshot_folder(self._volumes, handle)
                size = int((place.with_name(f"{handle}.size")).read_text())
            else:
                handle = content["metadata"]["name"]
                place = snapshot_folder(self._volumes, handle)
                volume = await self.api.get(PERSISTENTVOLUMES, source["volumeHandle"])
                size = int(parse_quantity(volume["spec"]["capacity"]["storage"]))
                folder = Path(volume["spec"]["hostPath"]["path"])
                await asyncio.to_thread(copy_folder, folder, place)
                place.with_name(f"{handle}.size").write_text(str(size))
        except (OSError, NotFound) as error:
            status: Object = {
                "readyToUse": False,
                "error": {"message": f"snapshot {handle}: {error}", "time": now()},
            }
        else:
            status = {
                "creationTime": int(datetime.now(UTC).timestamp() * 10**9),
                "readyToUse": True,
                "restoreSize": size,
                "snapshotHandle": handle,
            }
        fresh = await self.api.get(VOLUMESNAPSHOTCONTENTS, content["metadata"]["name"])
        await set_status(self.api, VOLUMESNAPSHOTCONTENTS, fresh, status)


async def _delete(api: Api, name: str) -> None:
    try:
        await api.delete(VOLUMESNAPSHOTCONTENTS, name)
    except NotFound:
        return


def _reference(snapshot: Object) -> dict[str, Any]:
    metadata = snapshot["metadata"]
    return {
        "apiVersion": VOLUMESNAPSHOTS.api_version,
        "kind": VOLUMESNAPSHOTS.kind,
        "name": metadata["name"],
        "namespace": metadata["namespace"],
        "uid": metadata["uid"],
    }


def _quantity(size: int) -> str:
    """Bytes as Kubernetes writes them: the largest binary unit that fits."""
    for power, unit in ((4, "Ti"), (3, "Gi"), (2, "Mi"), (1, "Ki")):
        if size and size % 1024**power == 0:
            return f"{size // 1024**power}{unit}"
    return str(size)
