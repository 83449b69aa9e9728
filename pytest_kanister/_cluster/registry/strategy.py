"""What every kind has in common: the hooks a kind fills, and the rules for metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pytest_kanister._cluster.registry import names
from pytest_kanister._cluster.registry.objects import meta
from pytest_kanister._cluster.registry.problems import FieldError, bad_value, required
from pytest_kanister._cluster.registry.schema import conform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_kanister._model.api import Object

__all__ = ["Column", "Strategy", "check_metadata"]


class Column:
    """One column of `kubectl get`.

    Attributes:
        name: header as Kubernetes spells it (`Ready`).
        type: `string`, `integer` or `date`.
        description: shown by nobody, but required by clients.
        priority: 0 always shown, 1 with `-o wide`.
        format: `name` for the first column.
    """

    def __init__(
        self,
        name: str,
        type: str = "string",  # noqa: A002 - the wire's own word
        *,
        priority: int = 0,
        description: str = "",
        format: str = "",  # noqa: A002 - the wire's own word
    ) -> None:
        self.name = name
        self.type = type
        self.priority = priority
        self.description = description or name
        self.format = format or ("name" if name == "Name" else "")

    def definition(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": self.description,
            "priority": self.priority,
        }


class Strategy:
    """Hooks of one kind; this class is right for a kind without rules of its own.

    Objects come in as private copies and may be changed by `decode`, `default` and `prepare_*`.
    """

    type_name: str = ""
    """Its table in `schema`."""
    has_generation: ClassVar[bool] = False
    """Whether `metadata.generation` counts changes of the spec."""
    returns_deleted: ClassVar[bool] = False
    """Whether DELETE answers with the object instead of a Status."""
    needs_version: ClassVar[bool] = False
    """Whether an update without resourceVersion is refused."""
    selectable: frozenset[str] = frozenset()
    """Field labels that a field selector may name, beside name and namespace."""
    columns: tuple[Column, ...] = (Column("Name"), Column("Age", "date"))

    def name_rule(self) -> Callable[[str], list[str]]:
        """How names are spelled."""
        return names.subdomain

    def decode(self, obj: Object) -> tuple[Object, list[str]]:
        """Types checked, nulls and unknown fields dropped; second: paths of unknown fields."""
        return conform(self.type_name, obj)

    def default(self, obj: Object) -> None:
        """Fills what the author left out."""

    def prepare_create(self, obj: Object) -> None:
        """Sets what the server decides on creation."""

    def prepare_update(self, obj: Object, old: Object) -> None:
        """Carries over what the server decides; `old` must not be changed."""

    def validate(self, obj: Object) -> list[FieldError]:
        """The kind's own rules."""
        return []

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """What must not change."""
        return []

    def changes_generation(self, obj: Object, old: Object) -> bool:
        """Whether an update counts as a new generation."""
        return bool(obj.get("spec") != old.get("spec"))

    def may_delete(self, obj: Object) -> str:
        """Empty, or why the object must stay."""
        return ""

    def grace_period_s(self, obj: Object, asked_s: int | None) -> int:
        """Seconds between the request to delete and the end; 0 removes at once."""
        return 0

    def row(self, obj: Object) -> list[Any]:
        """The cells of `columns`; ages are given as time stamps by `tables`."""
        return [obj["metadata"].get("name", ""), obj["metadata"].get("creationTimestamp")]


def check_metadata(obj: Object, rule: Callable[[str], list[str]]) -> list[FieldError]:
    """Rules that all kinds share."""
    metadata = meta(obj)
    found: list[FieldError] = []
    name = metadata.get("name")
    if not name:
        found.append(required("metadata.name", "name or generateName is required"))
    else:
        found += [bad_value("metadata.name", name, text) for text in rule(name)]
    found += names.check_labels(_texts(metadata.get("labels")), "metadata.labels")
    found += names.check_annotations(_texts(metadata.get("annotations")), "metadata.annotations")
    for finalizer in metadata.get("finalizers") or ():
        found += [
            bad_value("metadata.finalizers", finalizer, text)
            for text in names.qualified_name(finalizer)
        ]
    controllers = 0
    for index, owner in enumerate(metadata.get("ownerReferences") or ()):
        field = f"metadata.ownerReferences[{index}]"
        for key in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(key):
                found.append(bad_value(f"{field}.{key}", owner.get(key, ""), "must not be empty"))
        controllers += owner.get("controller") is True
    if controllers > 1:
        found.append(
            bad_value(
                "metadata.ownerReferences",
                metadata["ownerReferences"],
                "Only one reference can have Controller set to true",
            )
        )
    return found


def _texts(value: Any) -> Mapping[str, str]:
    return value if isinstance(value, dict) else {}
