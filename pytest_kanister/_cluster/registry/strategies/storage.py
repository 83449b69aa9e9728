"""PersistentVolumes, their claims and StorageClasses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry.objects import dig, meta
from pytest_kanister._cluster.registry.problems import (
    FieldError,
    bad_value,
    forbidden_field,
    immutable,
    required,
    unsupported,
)
from pytest_kanister._cluster.registry.quantities import is_quantity
from pytest_kanister._cluster.registry.strategy import Column, Strategy

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = [
    "STORAGE_CLASS",
    "PersistentVolumeClaims",
    "PersistentVolumes",
    "StorageClasses",
    "default_claim",
]

STORAGE_CLASS = "standard"
"""The cluster's default class, named as in kind."""

_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_SHORT_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def default_claim(obj: Object) -> None:
    """Defaults of a claim, also of one in a StatefulSet's templates."""
    obj.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")


def _modes(obj: Object) -> str:
    modes = dig(obj, "spec", "accessModes") or []
    return ",".join(_SHORT_MODES.get(mode, mode) for mode in modes)


class PersistentVolumeClaims(Strategy):
    """Claims get the default class, as the admission plugin DefaultStorageClass does."""

    type_name = "PersistentVolumeClaim"
    returns_deleted = True
    columns = (
        Column("Name"),
        Column("Status"),
        Column("Volume"),
        Column("Capacity"),
        Column("Access Modes"),
        Column("StorageClass"),
        Column("VolumeAttributesClass"),
        Column("Age"),
        Column("VolumeMode", priority=1),
    )

    def default(self, obj: Object) -> None:
        """Volume mode and class."""
        default_claim(obj)
        obj["spec"].setdefault("storageClassName", STORAGE_CLASS)

    def prepare_create(self, obj: Object) -> None:
        """Pending until its controller binds it."""
        obj["status"] = {"phase": "Pending"}

    def validate(self, obj: Object) -> list[FieldError]:
        """Access modes and the size asked for."""
        spec = obj["spec"]
        found: list[FieldError] = []
        modes = spec.get("accessModes") or []
        if not modes:
            found.append(required("spec.accessModes", "at least 1 access mode is required"))
        found += [
            unsupported("spec.accessModes", mode, _MODES) for mode in modes if mode not in _MODES
        ]
        size = dig(spec, "resources", "requests", "storage")
        if size is None:
            found.append(required("spec.resources[storage]"))
        elif not is_quantity(size):
            found.append(
                bad_value(
                    "spec.resources[storage]",
                    size,
                    "quantities must match the regular expression "
                    "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
                )
            )
        volume_modes = ("Block", "Filesystem")
        if spec.get("volumeMode") not in volume_modes:
            found.append(unsupported("spec.volumeMode", spec.get("volumeMode"), volume_modes))
        return found

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """A bound claim's size may grow; everything else stays."""

        def fixed(spec: Object) -> Object:
            kept = {key: value for key, value in spec.items() if key != "resources"}
            if not old["spec"].get("volumeName"):
                kept.pop("volumeName", None)
            return kept

        if fixed(obj["spec"]) == fixed(old["spec"]):
            return []
        return [
            forbidden_field(
                "spec",
                "spec is immutable after creation except resources.requests and "
                "volumeAttributesClassName for bound claims",
            )
        ]

    def row(self, obj: Object) -> list[Any]:
        """As `kubectl get pvc` shows it."""
        spec, status = obj["spec"], obj.get("status") or {}
        phase = "Terminating" if meta(obj).get("deletionTimestamp") else status.get("phase")
        return [
            meta(obj)["name"],
            phase,
            spec.get("volumeName", ""),
            dig(status, "capacity", "storage") or "",
            _modes(obj) if spec.get("volumeName") else "",
            spec.get("storageClassName", ""),
            "<unset>",
            meta(obj).get("creationTimestamp"),
            spec.get("volumeMode", ""),
        ]


class PersistentVolumes(Strategy):
    """Volumes; the cluster's own are folders (`hostPath`)."""

    type_name = "PersistentVolume"
    returns_deleted = True
    columns = (
        Column("Name"),
        Column("Capacity"),
        Column("Access Modes"),
        Column("Reclaim Policy"),
        Column("Status"),
        Column("Claim"),
        Column("StorageClass"),
        Column("VolumeAttributesClass"),
        Column("Reason"),
        Column("Age"),
        Column("VolumeMode", priority=1),
    )

    def default(self, obj: Object) -> None:
        """Kept by default, like volumes that people make by hand."""
        spec = obj.setdefault("spec", {})
        spec["persistentVolumeReclaimPolicy"] = (
            spec.get("persistentVolumeReclaimPolicy") or "Retain"
        )
        spec.setdefault("volumeMode", "Filesystem")
        if "hostPath" in spec:
            spec["hostPath"].setdefault("type", "")

    def prepare_create(self, obj: Object) -> None:
        """Pending until the controller looks at it."""
        obj["status"] = {"phase": "Pending"}

    def validate(self, obj: Object) -> list[FieldError]:
        """Modes, capacity and the kind of volume that this cluster knows."""
        spec = obj["spec"]
        found: list[FieldError] = []
        if not spec.get("accessModes"):
            found.append(required("spec.accessModes"))
        if not dig(spec, "capacity", "storage"):
            found.append(required("spec.capacity"))
        if "hostPath" not in spec:
            found.append(
                required("spec", "must specify a volume type; this cluster knows hostPath only")
            )
        return found

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """The source is for ever."""
        if obj["spec"].get("hostPath") != old["spec"].get("hostPath"):
            return [
                forbidden_field(
                    "spec.persistentvolumesource",
                    "spec.persistentvolumesource is immutable after creation",
                )
            ]
        return []

    def row(self, obj: Object) -> list[Any]:
        """As `kubectl get pv` shows it."""
        spec, status = obj["spec"], obj.get("status") or {}
        claim = spec.get("claimRef") or {}
        return [
            meta(obj)["name"],
            dig(spec, "capacity", "storage") or "",
            _modes(obj),
            spec["persistentVolumeReclaimPolicy"],
            "Terminating" if meta(obj).get("deletionTimestamp") else status.get("phase"),
            f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else "",
            spec.get("storageClassName", ""),
            "<unset>",
            status.get("reason", ""),
            meta(obj).get("creationTimestamp"),
            spec.get("volumeMode", ""),
        ]


class StorageClasses(Strategy):
    """Classes; only the default one provisions anything here."""

    type_name = "StorageClass"
    returns_deleted = True
    columns = (
        Column("Name"),
        Column("Provisioner"),
        Column("ReclaimPolicy"),
        Column("VolumeBindingMode"),
        Column("AllowVolumeExpansion"),
        Column("Age"),
    )

    def default(self, obj: Object) -> None:
        """Delete and bind at once."""
        obj.setdefault("reclaimPolicy", "Delete")
        obj.setdefault("volumeBindingMode", "Immediate")

    def validate(self, obj: Object) -> list[FieldError]:
        """A provisioner must be named."""
        return [] if obj.get("provisioner") else [required("provisioner")]

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """Parameters and provisioner are for ever."""
        return [
            immutable(key, obj.get(key))
            for key in ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")
            if obj.get(key) != old.get(key)
        ]

    def row(self, obj: Object) -> list[Any]:
        """As `kubectl get sc` shows it."""
        note = "storageclass.kubernetes.io/is-default-class"
        default = (meta(obj).get("annotations") or {}).get(note) == "true"
        return [
            meta(obj)["name"] + (" (default)" if default else ""),
            obj.get("provisioner"),
            obj.get("reclaimPolicy"),
            obj.get("volumeBindingMode"),
            bool(obj.get("allowVolumeExpansion")),
            meta(obj).get("creationTimestamp"),
        ]
