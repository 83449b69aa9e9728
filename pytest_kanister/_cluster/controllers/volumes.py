"""Volumes: a folder per claim, bound at once, removed with the claim.

A claim whose data source is a VolumeSnapshot is filled from it.  Not modelled: pvc-protection (a
claim goes even while a pod uses it), resizing, other data sources, and classes of other
provisioners.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.controllers.common import find, record, set_status
from pytest_kanister._cluster.controllers.loops import Controller, Key, key_of
from pytest_kanister._cluster.registry.quantities import parse_quantity
from pytest_kanister._cluster.registry.strategies.storage import STORAGE_CLASS
from pytest_kanister._model.resources import (
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    VOLUMESNAPSHOTCONTENTS,
    VOLUMESNAPSHOTS,
    Resource,
)
from pytest_kanister.errors import AlreadyExists, NotFound

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object, WatchEvent

__all__ = ["Volumes"]

_SOURCE = "persistentvolume-controller"
_MADE_BY = "pv.kubernetes.io/provisioned-by"
_PROVISIONER = "pytest-kanister/host-path"
_LOOK_AGAIN_S = 0.5
_STORAGECLASSES = Resource(
    "storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced=False
)


class Volumes(Controller):
    """Keys are claims; a volume's key bears its name under the namespace `""`."""

    watched = (PERSISTENTVOLUMECLAIMS, PERSISTENTVOLUMES)

    def __init__(self, api: Api, folder: Path) -> None:
        super().__init__(api)
        self._folder = folder

    def keys(self, resource: Resource, event: WatchEvent) -> list[Key]:
        """A claim concerns itself and its volume, a volume itself and its claim."""
        found = [key_of(event.object)]
        spec = event.object["spec"]
        if resource == PERSISTENTVOLUMECLAIMS and spec.get("volumeName"):
            found.append(("", spec["volumeName"]))
        if resource == PERSISTENTVOLUMES and spec.get("claimRef"):
            found.append((spec["claimRef"]["namespace"], spec["claimRef"]["name"]))
        return found

    async def reconcile(self, key: Key) -> float | None:
        """One claim or one volume."""
        if key[0]:
            claim = await find(self.api, PERSISTENTVOLUMECLAIMS, key[1], key[0])
            if claim is not None and not claim["metadata"].get("deletionTimestamp"):
                return await self._bind(claim)
        else:
            volume = await find(self.api, PERSISTENTVOLUMES, key[1])
            if volume is not None:
                await self._keep(volume)
        return None

    # ── claims ───────────────────────────────────────────────────────────────────────────────

    async def _bind(self, claim: Object) -> float | None:
        """Seconds after which to look again, while what fills the volume is not ready."""
        spec = claim["spec"]
        if (claim.get("status") or {}).get("phase") == "Bound":
            return None
        volume = await self._choose(claim)
        filling: Path | None = None
        if volume is None and spec.get("dataSource"):
            filling = await self._source(claim)
            if filling is None:
                return _LOOK_AGAIN_S
        if volume is None and await self._provisions(spec.get("storageClassName", "")):
            if spec.get("volumeName"):
                await self._refuse(claim, f'volume "{spec["volumeName"]}" not found or taken')
                return None
            volume = await self._provision(claim, filling)
        if volume is None:
            await self._refuse(
                claim,
                f'no volume fits and storage class "{spec.get("storageClassName", "")}" makes '
                f'none: use "{STORAGE_CLASS}"',
            )
            return None
        name = volume["metadata"]["name"]
        if not volume["spec"].get("claimRef", {}).get("uid"):
            change = {"spec": {"claimRef": _reference(claim)}}
            volume = await self.api.patch(PERSISTENTVOLUMES, name, change)
        await set_status(self.api, PERSISTENTVOLUMES, volume, {"phase": "Bound"})
        metadata = claim["metadata"]
        fresh = await self.api.patch(
            PERSISTENTVOLUMECLAIMS,
            metadata["name"],
            {
                "metadata": {"annotations": {"pv.kubernetes.io/bind-completed": "yes"}},
                "spec": {"volumeName": name},
            },
            metadata["namespace"],
        )
        status = {
            "phase": "Bound",
            "accessModes": spec["accessModes"],
            "capacity": volume["spec"]["capacity"],
        }
        await set_status(self.api, PERSISTENTVOLUMECLAIMS, fresh, status)
        return None

    async def _provisions(self, class_name: str) -> bool:
        """Whether claims of this class get a folder: the class names this provisioner."""
        if not class_name or class_name == STORAGE_CLASS:
            return bool(class_name)
        found = await find(self.api, _STORAGECLASSES, class_name)
        return found is not None and found.get("provisioner") == _PROVISIONER

    async def _source(self, claim: Object) -> Path | None:
        """The folder that the claim is to be filled from; None while there is none."""
        source = claim["spec"]["dataSource"]
        name = source.get("name", "")
        if (source.get("apiGroup"), source.get("kind")) != (
            VOLUMESNAPSHOTS.group,
            "VolumeSnapshot",
        ):
            await self._refuse(
                claim,
                f"data source {source.get('kind')}: the embedded cluster has VolumeSnapshot only",
            )
            return None
        snapshot = await find(self.api, VOLUMESNAPSHOTS, name, claim["metadata"]["namespace"])
        status = (snapshot or {}).get("status") or {}
        if not status.get("readyToUse"):
            told = "not ready" if snapshot else "not found"
            await self._refuse(claim, f'volumesnapshot "{name}" is {told}')
            return None
        asked = claim["spec"]["resources"]["requests"]["storage"]
        if parse_quantity(asked) < parse_quantity(status["restoreSize"]):
            await self._refuse(
                claim,
                f"requested volume size {asked} is less than the size {status['restoreSize']} "
                f"for the source snapshot {name}",
            )
            return None
        content = await self.api.get(
            VOLUMESNAPSHOTCONTENTS, status["boundVolumeSnapshotContentName"]
        )
        from pytest_kanister._cluster.controllers.snapshots import snapshot_folder

        return snapshot_folder(self._folder, content["status"]["snapshotHandle"])

    async def _refuse(self, claim: Object, message: str) -> None:
        await record(
            self.api,
            PERSISTENTVOLUMECLAIMS,
            claim,
            "ProvisioningFailed",
            message,
            kind="Warning",
            source=_SOURCE,
        )

    async def _choose(self, claim: Object) -> Object | None:
        """A volume that is there and fits; one that was made for this claim first."""
        spec, metadata = claim["spec"], claim["metadata"]
        size = parse_quantity(spec["resources"]["requests"]["storage"])
        fitting = []
        for volume in (await self.api.list(PERSISTENTVOLUMES))["items"]:
            theirs = volume["spec"]
            holder = theirs.get("claimRef") or {}
            if holder:
                same = (holder.get("namespace"), holder.get("name")) == (
                    metadata["namespace"],
                    metadata["name"],
                )
                if not same or holder.get("uid") not in (None, "", metadata["uid"]):
                    continue
            if spec.get("volumeName", volume["metadata"]["name"]) != volume["metadata"]["name"]:
                continue
            if volume["metadata"].get("deletionTimestamp"):
                continue
            if (
                theirs.get("storageClassName", "") == spec.get("storageClassName", "")
                and set(spec["accessModes"]) <= set(theirs["accessModes"])
                and parse_quantity(theirs["capacity"]["storage"]) >= size
            ):
                fitting.append(volume)
        fitting.sort(
            key=lambda item: (
                not item["spec"].get("claimRef"),
                parse_quantity(item["spec"]["capacity"]["storage"]),
            )
        )
        return fitting[0] if fitting else None

    async def _provision(self, claim: Object, filling: Path | None) -> Object | None:
        """A new volume, empty or a copy of a folder."""
        metadata, spec = claim["metadata"], claim["spec"]
        name = f"pvc-{metadata['uid']}"
        place = self._folder / f"{metadata['namespace']}_{metadata['name']}_{metadata['uid'][:8]}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if filling is None:
                # As kind's provisioner makes it: servers run as users of their own.  The folder
                # around it lets nobody else in.
                place.mkdir(exist_ok=True)
                place.chmod(0o777)
            elif not place.is_dir():
                from pytest_kanister._cluster.controllers.snapshots import copy_folder

                await asyncio.to_thread(copy_folder, filling, place)
        except OSError as error:
            await self._refuse(claim, f"cannot make {place}: {error.strerror}")
            return None
        volume: Object = {
            "metadata": {"name": name, "annotations": {_MADE_BY: _PROVISIONER}},
            "spec": {
                "capacity": {"storage": spec["resources"]["requests"]["storage"]},
                "accessModes": spec["accessModes"],
                "volumeMode": spec.get("volumeMode", "Filesystem"),
                "hostPath": {"path": str(place), "type": "Directory"},
                "persistentVolumeReclaimPolicy": "Delete",
                "storageClassName": spec["storageClassName"],
                "claimRef": _reference(claim),
            },
        }
        try:
            made = await self.api.create(PERSISTENTVOLUMES, volume)
        except AlreadyExists:
            return await self.api.get(PERSISTENTVOLUMES, name)
        await record(
            self.api,
            PERSISTENTVOLUMECLAIMS,
            claim,
            "ProvisioningSucceeded",
            f"Successfully provisioned volume {name}",
            source=_SOURCE,
        )
        return made

    # ── volumes ──────────────────────────────────────────────────────────────────────────────

    async def _keep(self, volume: Object) -> None:
        """Available, bound, released, or gone with its claim."""
        spec, metadata = volume["spec"], volume["metadata"]
        if metadata.get("deletionTimestamp"):
            return
        holder = spec.get("claimRef")
        if not holder or not holder.get("uid"):
            if (volume.get("status") or {}).get("phase") == "Pending":
                await set_status(self.api, PERSISTENTVOLUMES, volume, {"phase": "Available"})
                await self._wake_claims()
            return
        claim = await find(self.api, PERSISTENTVOLUMECLAIMS, holder["name"], holder["namespace"])
        if claim is not None and claim["metadata"]["uid"] == holder["uid"]:
            return
        ours = (metadata.get("annotations") or {}).get(_MADE_BY) == _PROVISIONER
        if spec["persistentVolumeReclaimPolicy"] != "Delete" or not ours:
            await set_status(self.api, PERSISTENTVOLUMES, volume, {"phase": "Released"})
            return
        await asyncio.to_thread(_remove, Path(spec["hostPath"]["path"]), self._folder)
        try:
            await self.api.delete(PERSISTENTVOLUMES, metadata["name"])
        except NotFound:
            return

    async def _wake_claims(self) -> None:
        for claim in (await self.api.list(PERSISTENTVOLUMECLAIMS))["items"]:
            if (claim.get("status") or {}).get("phase") != "Bound":
                self.enqueue(key_of(claim))


def _reference(claim: Object) -> dict[str, Any]:
    metadata = claim["metadata"]
    return {
        "kind": "PersistentVolumeClaim",
        "apiVersion": "v1",
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "uid": metadata["uid"],
    }


def _remove(place: Path, folder: Path) -> None:
    """Removes a volume's folder, if it is one of ours."""
    if place.parent == folder:
        shutil.rmtree(place, ignore_errors=True)
