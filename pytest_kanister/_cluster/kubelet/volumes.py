"""A pod's volumes → folders of this machine, and a container's mounts of them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.contracts import Mount
from pytest_kanister._cluster.kubelet.spec import ConfigProblem, field_value, read_values
from pytest_kanister._model.resources import (
    CONFIGMAPS,
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    SECRETS,
)
from pytest_kanister.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._cluster.contracts import Program
    from pytest_kanister._model.api import Api, Object

__all__ = ["Volume", "container_mounts", "parse_size", "prepare_volumes"]

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "m": 1}
_UNITS |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}


@dataclass(frozen=True)
class Volume:
    """Where a volume is: a folder, or None for memory of `size_bytes` private to a container."""

    folder: Path | None
    size_bytes: int | None = None
    read_only: bool = False


def parse_size(text: str | int) -> int:
    """Bytes of a Kubernetes quantity: `64Mi`, `1G`, `1048576`."""
    match = re.fullmatch(r"([0-9.]+)([kKMGTPm]?i?)", str(text))
    if match is None or match[2] not in _UNITS:
        raise ConfigProblem(f"expected a size such as 64Mi, found {text!r}")
    return int(float(match[1]) * _UNITS[match[2]])


async def prepare_volumes(api: Api, pod: Object, folder: Path, ip: str) -> dict[str, Volume]:
    """Makes the pod's volumes under `folder`; by name.

    Raises:
        ConfigProblem: something that a volume needs is missing (it may come), or the kind of
            volume is not supported.
    """
    # Only one container may have a memory file system to itself; shared ones are on disk.
    users: dict[str, int] = {}
    spec = pod["spec"]
    for container in [*(spec.get("initContainers") or []), *spec["containers"]]:
        for name in {mount["name"] for mount in container.get("volumeMounts") or []}:
            users[name] = users.get(name, 0) + 1
    volumes = {}
    for volume in spec.get("volumes") or []:
        place = folder / volume["name"]
        shared = users.get(volume["name"], 0) > 1
        volumes[volume["name"]] = await _volume(api, pod, volume, place, ip, shared=shared)
    return volumes


async def _volume(
    api: Api, pod: Object, volume: Mapping[str, Any], place: Path, ip: str, *, shared: bool
) -> Volume:
    namespace = pod["metadata"]["namespace"]
    if "emptyDir" in volume:
        options = volume["emptyDir"] or {}
        if options.get("medium") == "Memory" and not shared:
            limit = options.get("sizeLimit")
            return Volume(None, None if limit is None else parse_size(limit))
        return Volume(_open_folder(place))
    if "persistentVolumeClaim" in volume:
        source = volume["persistentVolumeClaim"]
        return Volume(
            await _claimed(api, namespace, source["claimName"]),
            read_only=bool(source.get("readOnly")),
        )
    if "projected" in volume:
        for source in volume["projected"].get("sources") or []:
            for kind, part in source.items():
                if kind == "serviceAccountToken":
                    continue  # nothing here asks for one: the cluster knows one user
                await _write(api, pod, kind, part, place, ip)
        return Volume(place, read_only=True)
    for kind in ("secret", "configMap", "downwardAPI"):
        if kind in volume:
            await _write(api, pod, kind, volume[kind], place, ip)
            return Volume(place, read_only=True)
    kinds = ", ".join(key for key in volume if key != "name")
    raise ConfigProblem(
        f"volume {volume['name']}: {kinds} is not supported by the embedded cluster"
    )


async def _claimed(api: Api, namespace: str, claim: str) -> Path:
    try:
        found = await api.get(PERSISTENTVOLUMECLAIMS, claim, namespace)
    except NotFound:
        raise ConfigProblem(f'persistentvolumeclaim "{claim}" not found') from None
    name = found["spec"].get("volumeName")
    if not name or (found.get("status") or {}).get("phase") != "Bound":
        raise ConfigProblem(f'persistentvolumeclaim "{claim}" is not bound yet')
    volume = await api.get(PERSISTENTVOLUMES, name)
    path = ((volume["spec"].get("hostPath") or volume["spec"].get("local")) or {}).get("path")
    if not path:
        raise ConfigProblem(f'persistentvolume "{name}" has no folder on this machine')
    return _open_folder(Path(path))


async def _write(
    api: Api, pod: Object, kind: str, source: Mapping[str, Any], place: Path, ip: str
) -> None:
    """Secret, configMap and downwardAPI: one file per key, `items` choose and rename."""
    namespace = pod["metadata"]["namespace"]
    default_mode = source.get("defaultMode", 0o644)
    if kind == "downwardAPI":
        files = {
            item["path"]: (
                field_value(pod, item["fieldRef"]["fieldPath"], ip).encode(),
                item.get("mode"),
            )
            for item in source.get("items") or []
            if "fieldRef" in item
        }
    elif kind in ("secret", "configMap"):
        resource = SECRETS if kind == "secret" else CONFIGMAPS
        values = await read_values(api, resource, namespace, source)
        items = source.get("items") or [{"key": key, "path": key} for key in values]
        missing = [item["key"] for item in items if item["key"] not in values]
        if missing and not source.get("optional"):
            raise ConfigProblem(f"references non-existent {kind} key: {missing[0]}")
        files = {
            item["path"]: (values[item["key"]], item.get("mode"))
            for item in items
            if item["key"] in values
        }
    else:
        raise ConfigProblem(f"projected {kind} is not supported by the embedded cluster")
    _write_files(
        place,
        {
            path: (data, default_mode if mode is None else mode)
            for path, (data, mode) in files.items()
        },
    )


def _write_files(place: Path, files: Mapping[str, tuple[bytes, int]]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for path, (data, mode) in files.items():
        file = _below(place, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(mode)


def _open_folder(place: Path) -> Path:
    """Makes a folder that programs of any user may write to, unless it is there."""
    if not place.is_dir():
        place.mkdir(parents=True)
        place.chmod(0o777)
    return place


def container_mounts(
    container: Mapping[str, Any],
    volumes: Mapping[str, Volume],
    program: Program,
    scratch: Path,
) -> list[Mount]:
    """The container's mounts, parents first; the image's own volumes where the pod has none.

    Raises:
        ConfigProblem: a volume that the pod does not have, or a subPath that leaves it.
    """
    mounts: dict[str, Mount] = {}
    for wanted in container.get("volumeMounts") or []:
        volume = volumes.get(wanted["name"])
        if volume is None:
            raise ConfigProblem(f"volumeMounts: the pod has no volume {wanted['name']!r}")
        target = os.path.normpath(wanted["mountPath"])
        read_only = bool(wanted.get("readOnly")) or volume.read_only
        source = volume.folder
        if source is not None and wanted.get("subPath"):
            source = _below(source, wanted["subPath"])
            if not source.exists():
                source.mkdir(parents=True)
        mounts[target] = Mount(source, target, read_only, volume.size_bytes)
    for path in program.volumes:
        if not any(path == target or path.startswith(f"{target}/") for target in mounts):
            folder = scratch / ("volume" + path.replace("/", "-"))
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o777)
            mounts[path] = Mount(folder, path)
    return [mounts[target] for target in sorted(mounts)]


def _below(folder: Path, path: str) -> Path:
    clean = os.path.normpath(path)
    if clean.startswith(("/", "..")):
        raise ConfigProblem(f"{path!r} leaves its volume")
    return folder / clean
