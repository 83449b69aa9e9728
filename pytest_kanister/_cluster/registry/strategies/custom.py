"""Custom resources: whatever a CRD says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry.jsonpath import compile_path
from pytest_kanister._cluster.registry.objects import copy_json, dig, meta
from pytest_kanister._cluster.registry.problems import FieldError, bad_request
from pytest_kanister._cluster.registry.schema import conform
from pytest_kanister._cluster.registry.strategy import Column, Strategy
from pytest_kanister._cluster.registry.structural import fill_defaults, prune, validate

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["CustomResources"]


class CustomResources(Strategy):
    """One version of one CRD.

    Args:
        version: the entry of the CRD's `spec.versions`.
    """

    has_generation = True
    needs_version = True

    def __init__(self, version: Object) -> None:
        self.schema: dict[str, Any] = dig(version, "schema", "openAPIV3Schema") or {
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": True,
        }
        subresources = version.get("subresources") or {}
        self.has_status = "status" in subresources
        self.scale: Object = subresources.get("scale") or {}
        self.selectable = frozenset(
            str(item.get("jsonPath", "")).lstrip(".")
            for item in version.get("selectableFields") or ()
        )
        given = version.get("additionalPrinterColumns") or [
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
        ]
        self._cells = [compile_path(item["jsonPath"]) for item in given]
        self.columns = (
            Column("Name"),
            *(
                Column(
                    item["name"],
                    item["type"],
                    priority=item.get("priority", 0),
                    description=item.get("description", ""),
                    format=item.get("format", ""),
                )
                for item in given
            ),
        )

    def decode(self, obj: Object) -> tuple[Object, list[str]]:
        """Metadata by its table, the rest by the CRD's schema."""
        if not obj.get("kind") or not obj.get("apiVersion"):
            raise bad_request(
                "Object 'Kind' is missing in the object: kind and apiVersion must be set"
            )
        holder, unknown = conform("_Envelope", {"metadata": obj.get("metadata") or {}})
        obj["metadata"] = holder["metadata"]
        return obj, unknown + prune(self.schema, obj)

    def default(self, obj: Object) -> None:
        """The schema's defaults."""
        fill_defaults(self.schema, obj)

    def prepare_create(self, obj: Object) -> None:
        """A status has its own door, if the CRD says so."""
        if self.has_status:
            obj.pop("status", None)

    def validate(self, obj: Object) -> list[FieldError]:
        """The schema's rules."""
        return validate(self.schema, obj)

    def changes_generation(self, obj: Object, old: Object) -> bool:
        """Everything but metadata counts; the status too, unless it has its own door."""
        aside = {"metadata", "status"} if self.has_status else {"metadata"}
        keys = (set(obj) | set(old)) - aside
        return any(obj.get(key) != old.get(key) for key in keys)

    def row(self, obj: Object) -> list[Any]:
        """Name and the printer columns' first findings."""
        cells = [meta(obj)["name"]]
        for column, path in zip(self.columns[1:], self._cells, strict=True):
            values = path(obj) if path is not None else []
            cells.append(_cell(values[0], column.type) if values else None)
        return cells


def _cell(value: Any, wanted: str) -> Any:
    if wanted in ("integer", "number", "boolean", "date"):
        return value
    if isinstance(value, (dict, list)):
        return str(copy_json(value))
    return value if isinstance(value, str) else str(value)
