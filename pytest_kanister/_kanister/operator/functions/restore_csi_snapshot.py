"""RestoreCSISnapshot: a claim that is filled from a VolumeSnapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.quantities import parse_quantity
from pytest_kanister._model.resources import PERSISTENTVOLUMECLAIMS, VOLUMESNAPSHOTS
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._model.api import Object

__all__ = ["run"]

_ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce")
_VOLUME_MODES = ("Block", "Filesystem")


async def run(call: Call) -> None:
    """No output; the claim is not waited for."""
    name, claim, namespace = call.text("name"), call.text("pvc"), call.text("namespace")
    storage_class, size = call.text("storageClass"), call.text("restoreSize")
    modes = call.texts("accessModes") if call.has("accessModes") else ["ReadWriteOnce"]
    for mode in modes:
        if mode not in _ACCESS_MODES:
            raise KanisterError(f"Given accessMode {mode} is invalid")
    volume_mode = call.text("volumeMode", "Filesystem")
    if volume_mode not in _VOLUME_MODES:
        raise KanisterError(f"Given volumeMode {volume_mode} is invalid")
    labels = call.strings("labels")
    try:
        parse_quantity(size)
    except ValueError as error:
        raise KanisterError(str(error)) from error
    manifest: Object = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": claim, "namespace": namespace, "labels": labels},
        "spec": {
            "accessModes": modes,
            "volumeMode": volume_mode,
            "dataSource": {
                "apiGroup": VOLUMESNAPSHOTS.group,
                "kind": VOLUMESNAPSHOTS.kind,
                "name": name,
            },
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": size}},
        },
    }
    try:
        await call.api.create(PERSISTENTVOLUMECLAIMS, manifest, namespace)
    except ApiError as error:
        raise KanisterError(error.message) from error
