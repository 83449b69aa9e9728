"""What kanctl's flags name: objects, references, pairs."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from pytest_kanister._kanister.tools.kando.flags import CommandError
from pytest_kanister._model.resources import (
    DEPLOYMENTS,
    NAMESPACES,
    PERSISTENTVOLUMECLAIMS,
    STATEFULSETS,
    Resource,
)
from pytest_kanister.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._model.api import Api, Object

__all__ = ["KINDS", "named_objects", "pairs", "reference", "references", "selected_objects"]

DEPLOYMENTCONFIGS = Resource("apps.openshift.io", "v1", "deploymentconfigs", "DeploymentConfig")
KINDS = {
    "deployment": DEPLOYMENTS,
    "statefulset": STATEFULSETS,
    "deploymentconfig": DEPLOYMENTCONFIGS,
    "pvc": PERSISTENTVOLUMECLAIMS,
    "namespace": NAMESPACES,
}
_WORKLOADS = ("deployment", "statefulset", "deploymentconfig", "pvc")


def _items(text: str) -> list[str]:
    """A list flag's values: CSV, as the flag library reads it."""
    return next(csv.reader([text]), []) if text else []


def reference(name: str, namespace: str, kind: str = "") -> Object:
    """An ObjectReference as Kanister writes it: empty fields, too."""
    fields = {"apiVersion": "", "group": "", "kind": kind, "name": name, "resource": ""}
    return {**fields, "namespace": namespace} if namespace else dict(fields)


def pairs(text: str, what: str) -> dict[str, str]:
    """`key=value,…`; exactly one `=` in each.

    Raises:
        CommandError: another form.
    """
    found: dict[str, str] = {}
    for item in _items(text):
        parts = item.split("=")
        if len(parts) != 2:
            raise CommandError(f"Expected {what} as key=value pairs. Got {item}")
        found[parts[0]] = parts[1]
    return found


def references(text: str) -> dict[str, Object]:
    """`ref=namespace/name,…`.

    Raises:
        CommandError: another form.
    """
    found: dict[str, Object] = {}
    for item in _items(text):
        ref, _, where = item.partition("=")
        namespace, _, name = where.partition("/")
        if item.count("=") != 1 or where.count("/") != 1 or not (ref and namespace and name):
            raise CommandError(f"Expected ref=namespace/name. Got {item}")
        found[ref] = reference(name, namespace)
    return found


def named_objects(values: Mapping[str, str]) -> list[Object]:
    """The objects that flags name, without duplicates.

    Raises:
        CommandError: not `namespace/name`, or not `[group/]version/resource/namespace/name`.
    """
    found: list[Object] = []
    for kind in _WORKLOADS:
        for item in _items(values[kind]):
            namespace, _, name = item.partition("/")
            if item.count("/") != 1:
                raise CommandError(f"Expected namespace/name. Got {item}")
            found.append(reference(name, namespace, kind))
    found += [reference(item, item, "namespace") for item in _items(values["namespacetargets"])]
    for item in _items(values["objects"]):
        parts = item.split("/")
        if len(parts) not in (4, 5):
            raise CommandError(f"Expected [group/]version/resource/namespace/name. Got {item}")
        group = parts[0] if len(parts) == 5 else ""
        version, resource, namespace, name = parts[-4:]
        found.append(
            {
                **reference(name, namespace),
                "group": group,
                "apiVersion": version,
                "resource": resource,
            }
        )
    return [item for index, item in enumerate(found) if item not in found[:index]]


async def selected_objects(api: Api, values: Mapping[str, str]) -> list[Object]:
    """The objects that `--selector` chooses.

    Raises:
        CommandError: no such kind.
    """
    if not values["selector"]:
        return []
    chosen = values["kind"]
    if chosen not in ("all", *KINDS):
        raise CommandError(
            f"unsupported or unknown object kind '{chosen}'. Supported {{all, {', '.join(KINDS)}}}"
        )
    kinds = _WORKLOADS if chosen == "all" else (chosen,)
    found: list[Object] = []
    for kind in kinds:
        resource = KINDS[kind]
        scope = values["selector-namespace"] or None if resource.namespaced else None
        try:
            listed = await api.list(resource, scope, label_selector=values["selector"])
        except NotFound:
            if chosen == "all":  # deploymentconfigs are OpenShift's
                continue
            raise
        for item in listed["items"]:
            name = item["metadata"]["name"]
            found.append(reference(name, item["metadata"].get("namespace", name), kind))
    return found
