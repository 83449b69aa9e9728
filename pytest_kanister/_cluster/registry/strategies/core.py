"""Namespaces, ConfigMaps, Secrets, ServiceAccounts, Events, Endpoints and the node.

Just over 300 lines: seven small strategies that share helpers.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry import names
from pytest_kanister._cluster.registry.names import check_data_keys
from pytest_kanister._cluster.registry.objects import dig, meta
from pytest_kanister._cluster.registry.problems import (
    FieldError,
    bad_value,
    forbidden_field,
    immutable,
    required,
)
from pytest_kanister._cluster.registry.strategy import Column, Strategy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._model.api import Object

__all__ = [
    "ConfigMaps",
    "Endpoints",
    "Events",
    "Namespaces",
    "Nodes",
    "Secrets",
    "ServiceAccounts",
    "to_core_event",
    "to_new_event",
]

_KEPT_NAMESPACES = ("default", "kube-system", "kube-public")


class Namespaces(Strategy):
    """Deletion marks a namespace Terminating; its controller drains and finalizes it."""

    type_name = "Namespace"
    selectable = frozenset({"status.phase"})
    columns = (Column("Name"), Column("Status"), Column("Age"))

    def name_rule(self) -> Callable[[str], list[str]]:
        """Namespaces become DNS labels."""
        return names.dns_label

    def default(self, obj: Object) -> None:
        """The label that lets selectors find a namespace by name."""
        labels = meta(obj).setdefault("labels", {})
        labels["kubernetes.io/metadata.name"] = meta(obj).get("name", "")

    def prepare_create(self, obj: Object) -> None:
        """Active from the start."""
        obj["spec"] = {"finalizers": ["kubernetes"]}
        obj["status"] = {"phase": "Active"}

    def prepare_update(self, obj: Object, old: Object) -> None:
        """Finalizers change through the `finalize` subresource only."""
        obj["spec"] = old["spec"]

    def may_delete(self, obj: Object) -> str:
        """The namespaces that every cluster has stay."""
        if meta(obj)["name"] in _KEPT_NAMESPACES:
            return "this namespace may not be deleted"
        return ""

    def row(self, obj: Object) -> list[Any]:
        """Name, phase, age."""
        return [
            meta(obj)["name"],
            dig(obj, "status", "phase"),
            meta(obj).get("creationTimestamp"),
        ]


class ConfigMaps(Strategy):
    """Texts and bytes under keys."""

    type_name = "ConfigMap"
    columns = (Column("Name"), Column("Data", "integer"), Column("Age"))

    def validate(self, obj: Object) -> list[FieldError]:
        """Keys' spelling; a key stands in `data` or in `binaryData`."""
        data, binary = obj.get("data") or {}, obj.get("binaryData") or {}
        found = check_data_keys(data, "data") + check_data_keys(binary, "binaryData")
        for key in sorted(set(data) & set(binary)):
            found.append(bad_value(f"data[{key}]", key, "duplicate of key present in binaryData"))
        return found + _too_large(obj, data, binary)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """`immutable` holds for ever."""
        return _frozen(obj, old, "data", "binaryData")

    def row(self, obj: Object) -> list[Any]:
        """Name, number of keys, age."""
        count = len(obj.get("data") or {}) + len(obj.get("binaryData") or {})
        return [meta(obj)["name"], count, meta(obj).get("creationTimestamp")]


class Secrets(Strategy):
    """Bytes under keys; `stringData` is merged into `data` on the way in."""

    type_name = "Secret"
    selectable = frozenset({"type"})
    columns = (Column("Name"), Column("Type"), Column("Data", "integer"), Column("Age"))

    def default(self, obj: Object) -> None:
        """Type Opaque; plain texts become base64."""
        if not obj.get("type"):
            obj["type"] = "Opaque"
        plain = obj.pop("stringData", None)
        if plain:
            data = obj["data"] = obj.get("data") or {}
            for key, text in plain.items():
                data[key] = base64.b64encode(text.encode()).decode()

    def validate(self, obj: Object) -> list[FieldError]:
        """Keys' spelling, and the keys that a type demands."""
        data = obj.get("data") or {}
        found = check_data_keys(data, "data")
        demanded = {
            "kubernetes.io/tls": ("tls.crt", "tls.key"),
            "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
            "kubernetes.io/dockercfg": (".dockercfg",),
            "kubernetes.io/ssh-auth": ("ssh-privatekey",),
        }.get(obj.get("type", ""), ())
        found += [required(f"data[{key}]") for key in demanded if key not in data]
        return found + _too_large(obj, data, {})

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """The type never changes; `immutable` holds for ever."""
        found = _frozen(obj, old, "data")
        if obj.get("type") != old.get("type"):
            found.append(immutable("type", obj.get("type")))
        return found

    def row(self, obj: Object) -> list[Any]:
        """Name, type, number of keys, age."""
        return [
            meta(obj)["name"],
            obj.get("type"),
            len(obj.get("data") or {}),
            meta(obj).get("creationTimestamp"),
        ]


def _too_large(obj: Object, *maps: dict[str, str]) -> list[FieldError]:
    size = sum(len(value.encode()) for each in maps for value in each.values())
    if obj.get("kind") == "Secret":
        size = size * 3 // 4
    if size <= 1024 * 1024:
        return []
    return [FieldError("data", "FieldValueTooLong", "Too long: may not be more than 1048576 bytes")]


def _frozen(obj: Object, old: Object, *fields: str) -> list[FieldError]:
    if not old.get("immutable"):
        return []
    detail = "field is immutable when `immutable` is set"
    found = [] if obj.get("immutable") else [forbidden_field("immutable", detail)]
    return found + [
        forbidden_field(field, detail)
        for field in fields
        if (obj.get(field) or {}) != (old.get(field) or {})
    ]


class ServiceAccounts(Strategy):
    """Stored; nothing checks them, as RBAC is not enforced."""

    type_name = "ServiceAccount"
    returns_deleted = True
    columns = (Column("Name"), Column("Secrets", "integer"), Column("Age"))

    def row(self, obj: Object) -> list[Any]:
        """Name, number of secrets, age."""
        return [
            meta(obj)["name"],
            len(obj.get("secrets") or ()),
            meta(obj).get("creationTimestamp"),
        ]


class Events(Strategy):
    """Stored as core/v1, served as events.k8s.io/v1 too; kept as long as their namespace."""

    type_name = "Event"
    selectable = frozenset(
        {
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        }
    )
    columns = (
        Column("Last Seen"),
        Column("Type"),
        Column("Reason"),
        Column("Object"),
        Column("Subobject", priority=1),
        Column("Source", priority=1),
        Column("Message"),
        Column("First Seen", priority=1),
        Column("Count", priority=1),
        Column("Name", priority=1),
    )

    def validate(self, obj: Object) -> list[FieldError]:
        """An event lives where its object lives; those of cluster-scoped ones in `default`."""
        theirs = dig(obj, "involvedObject", "namespace") or ""
        ours = meta(obj).get("namespace") or ""
        if theirs == ours or (not theirs and ours in ("default", "kube-system")):
            return []
        return [bad_value("involvedObject.namespace", theirs, "does not match event.namespace")]

    def row(self, obj: Object) -> list[Any]:
        """As `kubectl get events` shows it."""
        about = obj.get("involvedObject") or {}
        created = meta(obj).get("creationTimestamp")
        return [
            obj.get("lastTimestamp") or obj.get("eventTime") or created,
            obj.get("type", ""),
            obj.get("reason", ""),
            f"{str(about.get('kind', '')).lower()}/{about.get('name', '')}",
            about.get("fieldPath", ""),
            dig(obj, "source", "component") or obj.get("reportingComponent", ""),
            str(obj.get("message", "")).strip(),
            obj.get("firstTimestamp") or obj.get("eventTime") or created,
            str(obj.get("count") or 1),
            meta(obj)["name"],
        ]


_OLD_TO_NEW = (
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
)


def to_new_event(obj: Object) -> Object:
    """A core/v1 Event as events.k8s.io/v1 spells it."""
    return _renamed(obj, "events.k8s.io/v1", dict(_OLD_TO_NEW))


def to_core_event(obj: Object) -> Object:
    """An events.k8s.io/v1 Event as core/v1 spells it."""
    return _renamed(obj, "v1", {new: old for old, new in _OLD_TO_NEW})


def _renamed(obj: Object, api_version: str, spelled: dict[str, str]) -> Object:
    result = {spelled.get(key, key): value for key, value in obj.items()}
    result["apiVersion"] = api_version
    return result


class Endpoints(Strategy):
    """Where a Service's ready pods answer."""

    type_name = "Endpoints"
    columns = (Column("Name"), Column("Endpoints"), Column("Age"))

    def row(self, obj: Object) -> list[Any]:
        """Name, up to three addresses, age."""
        pairs = []
        for subset in obj.get("subsets") or ():
            for address in subset.get("addresses") or ():
                ports = subset.get("ports") or [{}]
                pairs += [
                    f"{address.get('ip')}:{port['port']}" if port else str(address.get("ip"))
                    for port in ports
                ]
        text = ",".join(pairs[:3]) or "<none>"
        if len(pairs) > 3:
            text += f" + {len(pairs) - 3} more..."
        return [meta(obj)["name"], text, meta(obj).get("creationTimestamp")]


class Nodes(Strategy):
    """The one node; nobody makes or changes one."""

    type_name = "Node"
    columns = (
        Column("Name"),
        Column("Status"),
        Column("Roles"),
        Column("Age"),
        Column("Version"),
    )

    def row(self, obj: Object) -> list[Any]:
        """Name, readiness, roles, age, version."""
        return [
            meta(obj)["name"],
            "Ready",
            "control-plane",
            meta(obj).get("creationTimestamp"),
            dig(obj, "status", "nodeInfo", "kubeletVersion"),
        ]
