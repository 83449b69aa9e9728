"""CustomResourceDefinitions: what they must hold, and the kinds they make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry import names
from pytest_kanister._cluster.registry.kinds import Kind
from pytest_kanister._cluster.registry.names import check_name
from pytest_kanister._cluster.registry.objects import dig, meta, now
from pytest_kanister._cluster.registry.problems import (
    FieldError,
    bad_value,
    immutable,
    required,
    unsupported,
)
from pytest_kanister._cluster.registry.strategies.custom import CustomResources
from pytest_kanister._cluster.registry.strategy import Column, Strategy
from pytest_kanister._cluster.registry.structural import check_schema
from pytest_kanister._model.resources import Resource

if TYPE_CHECKING:
    from pytest_kanister._cluster.registry.kinds import Kinds
    from pytest_kanister._model.api import Object

__all__ = ["CLEANUP", "Definitions", "serve_definition"]

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
"""The finalizer that keeps a CRD until its objects are gone."""


class Definitions(Strategy):
    """Strategy of CRDs: established as soon as they are accepted."""

    type_name = "CustomResourceDefinition"
    has_generation = True
    columns = (Column("Name"), Column("Created At"))

    def default(self, obj: Object) -> None:
        """Names derived from the kind."""
        spec = obj.setdefault("spec", {})
        kind_names = spec.setdefault("names", {})
        kind = str(kind_names.get("kind") or "")
        kind_names["singular"] = kind_names.get("singular") or kind.lower()
        kind_names["listKind"] = kind_names.get("listKind") or f"{kind}List"
        spec.setdefault("conversion", {"strategy": "None"})

    def prepare_create(self, obj: Object) -> None:
        """Accepted at once; objects of the kind keep it alive."""
        finalizers = meta(obj).setdefault("finalizers", [])
        if CLEANUP not in finalizers:
            finalizers.append(CLEANUP)
        obj["status"] = _status(obj, now())

    def prepare_update(self, obj: Object, old: Object) -> None:
        """Accepted names follow the spec."""
        since = dig(old, "status", "conditions")[0]["lastTransitionTime"]
        stored = dig(old, "status", "storedVersions") or []
        obj["status"] = _status(obj, since)
        fresh = obj["status"]["storedVersions"]
        obj["status"]["storedVersions"] = list(dict.fromkeys([*stored, *fresh]))

    def validate(self, obj: Object) -> list[FieldError]:
        """Names that fit together, one storage version, structural schemas."""
        spec = obj["spec"]
        kind_names: dict[str, Any] = spec["names"]
        found: list[FieldError] = []
        group, plural = spec.get("group") or "", kind_names.get("plural") or ""
        expected = f"{plural}.{group}"
        found += check_name(group, names.subdomain, "spec.group")
        found += check_name(plural, names.service_name, "spec.names.plural")
        if not kind_names.get("kind"):
            found.append(required("spec.names.kind"))
        if meta(obj).get("name") != expected:
            found.append(
                bad_value(
                    "metadata.name",
                    meta(obj).get("name"),
                    'must be spec.names.plural+"."+spec.group',
                )
            )
        if spec.get("scope") not in ("Cluster", "Namespaced"):
            found.append(unsupported("spec.scope", spec.get("scope"), ("Cluster", "Namespaced")))
        if dig(spec, "conversion", "strategy") != "None":
            found.append(
                unsupported(
                    "spec.conversion.strategy", dig(spec, "conversion", "strategy"), ("None",)
                )
            )
        versions = spec.get("versions") or []
        if sum(1 for item in versions if item.get("storage")) != 1:
            found.append(
                bad_value(
                    "spec.versions",
                    [item.get("name") for item in versions],
                    "must have exactly one version marked as storage version",
                )
            )
        for index, version in enumerate(versions):
            at = f"spec.versions[{index}]"
            found += check_name(version.get("name") or "", names.service_name, f"{at}.name")
            schema = dig(version, "schema", "openAPIV3Schema")
            if schema is None:
                found.append(required(f"{at}.schema.openAPIV3Schema", "schemas are required"))
            else:
                found += check_schema(schema, f"{at}.schema.openAPIV3Schema")
        return found

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """Group, kind and scope are for ever."""
        return [
            immutable("spec." + ".".join(path), dig(obj["spec"], *path))
            for path in (("group",), ("scope",), ("names", "kind"), ("names", "plural"))
            if dig(obj["spec"], *path) != dig(old["spec"], *path)
        ]

    def row(self, obj: Object) -> list[Any]:
        """Name and time of creation."""
        return [meta(obj)["name"], meta(obj).get("creationTimestamp")]


def _status(obj: Object, since: str) -> Object:
    conditions = [
        {
            "type": kind,
            "status": "True",
            "reason": reason,
            "message": message,
            "lastTransitionTime": since,
        }
        for kind, reason, message in (
            ("NamesAccepted", "NoConflicts", "no conflicts found"),
            ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        )
    ]
    return {
        "conditions": conditions,
        "acceptedNames": obj["spec"]["names"],
        "storedVersions": [
            version["name"] for version in obj["spec"].get("versions") or () if version["storage"]
        ],
    }


def serve_definition(kinds: Kinds, obj: Object) -> None:
    """Serves the versions of an accepted CRD, and no others of the same kind."""
    spec = obj["spec"]
    kind_names = spec["names"]
    kinds.remove(spec["group"], kind_names["plural"])
    stored = next(version["name"] for version in spec["versions"] if version["storage"])
    for version in spec["versions"]:
        if not version.get("served"):
            continue
        resource = Resource(
            spec["group"],
            version["name"],
            kind_names["plural"],
            kind_names["kind"],
            namespaced=spec["scope"] == "Namespaced",
        )
        same = version["name"] == stored
        subresources = frozenset(version.get("subresources") or {}) & {"status", "scale"}
        kinds.add(
            Kind(
                resource,
                CustomResources(version),
                short_names=tuple(kind_names.get("shortNames") or ()),
                categories=tuple(kind_names.get("categories") or ()),
                subresources=subresources,
                serve=None if same else partial(_as_version, resource.api_version),
                store=None if same else partial(_as_version, f"{spec['group']}/{stored}"),
                singular_name=kind_names["singular"],
                list_name=kind_names["listKind"],
                custom=True,
            )
        )


def _as_version(api_version: str, obj: Object) -> Object:
    return {**obj, "apiVersion": api_version}
