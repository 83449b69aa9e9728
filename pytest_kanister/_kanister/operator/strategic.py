"""Kubernetes' strategic merge patch for a PodSpec: what `podOverride` is applied with.

The merge keys are those that Kubernetes declares on PodSpec's lists; every other list is
replaced as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["merge_pod_spec"]

_MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "ports": "containerPort",
    "imagePullSecrets": "name",
    "hostAliases": "ip",
    "schedulingGates": "name",
    "resourceClaims": "name",
    "topologySpreadConstraints": "topologyKey",
}
_DIRECTIVE = "$patch"


def merge_pod_spec(original: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The spec with the patch applied: null deletes, maps merge, listed lists merge by key.

    `$patch: delete` and `$patch: replace` work in list items and maps.
    """
    return _merge_maps(original, patch)


def _merge_maps(original: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    if patch.get(_DIRECTIVE) == "replace":
        return {key: value for key, value in patch.items() if key != _DIRECTIVE}
    if patch.get(_DIRECTIVE) == "delete":
        return {}
    merged = dict(original)
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        old = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = _merge_maps(old if isinstance(old, dict) else {}, value)
        elif isinstance(value, list) and key in _MERGE_KEYS:
            merged[key] = _merge_lists(
                old if isinstance(old, list) else [], value, _MERGE_KEYS[key]
            )
        else:
            merged[key] = value
    return merged


def _merge_lists(original: list[Any], patch: list[Any], key: str) -> list[Any]:
    if any(isinstance(item, dict) and item == {_DIRECTIVE: "replace"} for item in patch):
        return [item for item in patch if item != {_DIRECTIVE: "replace"}]
    merged = list(original)
    for item in patch:
        if not isinstance(item, dict):
            merged.append(item)
            continue
        place = next(
            (
                index
                for index, old in enumerate(merged)
                if isinstance(old, dict) and old.get(key) == item.get(key)
            ),
            None,
        )
        if item.get(_DIRECTIVE) == "delete":
            if place is not None:
                del merged[place]
        elif place is None:
            merged.append({name: value for name, value in item.items() if name != _DIRECTIVE})
        else:
            merged[place] = _merge_maps(merged[place], item)
    return merged
