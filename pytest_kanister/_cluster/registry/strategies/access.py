"""RBAC objects, Leases, webhook configurations: stored and read back; RBAC is not enforced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry import names
from pytest_kanister._cluster.registry.objects import dig, meta
from pytest_kanister._cluster.registry.problems import (
    FieldError,
    forbidden_field,
    immutable,
    required,
)
from pytest_kanister._cluster.registry.strategy import Column, Strategy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._model.api import Object

__all__ = ["Bindings", "Leases", "Roles", "ValidatingWebhooks"]

_OURS = "blueprints.cr.kanister.io"


class Roles(Strategy):
    """Roles and ClusterRoles."""

    columns = (Column("Name"), Column("Created At"))

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def name_rule(self) -> Callable[[str], list[str]]:
        """RBAC names may hold colons."""
        return names.path_segment

    def validate(self, obj: Object) -> list[FieldError]:
        """Rules need verbs."""
        return [
            required(f"rules[{index}].verbs", "verbs must contain at least one value")
            for index, rule in enumerate(obj.get("rules") or ())
            if not rule.get("verbs")
        ]


class Bindings(Strategy):
    """RoleBindings and ClusterRoleBindings."""

    columns = (Column("Name"), Column("Role"), Column("Age"))

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def name_rule(self) -> Callable[[str], list[str]]:
        """RBAC names may hold colons."""
        return names.path_segment

    def default(self, obj: Object) -> None:
        """API groups of role and subjects."""
        role = obj.setdefault("roleRef", {})
        role["apiGroup"] = role.get("apiGroup") or "rbac.authorization.k8s.io"
        for subject in obj.get("subjects") or ():
            if subject.get("kind") in ("User", "Group"):
                subject["apiGroup"] = subject.get("apiGroup") or "rbac.authorization.k8s.io"

    def validate(self, obj: Object) -> list[FieldError]:
        """A role must be named."""
        return [
            required(f"roleRef.{key}") for key in ("kind", "name") if not obj["roleRef"].get(key)
        ]

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """The role is for ever."""
        if obj.get("roleRef") != old.get("roleRef"):
            return [immutable("roleRef", obj.get("roleRef"))]
        return []

    def row(self, obj: Object) -> list[Any]:
        """Name, role, age."""
        role = obj["roleRef"]
        return [
            meta(obj)["name"],
            f"{role.get('kind')}/{role.get('name')}",
            meta(obj).get("creationTimestamp"),
        ]


class Leases(Strategy):
    """Leader election's objects."""

    type_name = "Lease"
    columns = (Column("Name"), Column("Holder"), Column("Age"))

    def row(self, obj: Object) -> list[Any]:
        """Name, holder, age."""
        return [
            meta(obj)["name"],
            dig(obj, "spec", "holderIdentity") or "",
            meta(obj).get("creationTimestamp"),
        ]


class ValidatingWebhooks(Strategy):
    """Kanister's own webhook, whose checks the cluster makes itself; deleting it ends them."""

    type_name = "ValidatingWebhookConfiguration"
    columns = (Column("Name"), Column("Webhooks", "integer"), Column("Age"))

    def validate(self, obj: Object) -> list[FieldError]:
        """No other webhook would be called, so none is taken."""
        if meta(obj).get("name") == _OURS:
            return []
        return [
            forbidden_field(
                "webhooks", f"the embedded cluster calls no webhooks; it knows {_OURS} only"
            )
        ]

    def row(self, obj: Object) -> list[Any]:
        """Name, how many, age."""
        return [
            meta(obj)["name"],
            len(obj.get("webhooks") or ()),
            meta(obj).get("creationTimestamp"),
        ]
