"""The end of objects: finalizers, grace, preconditions; and what every write ends in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pytest_kanister._cluster.api.options import DeleteOptions, WriteOptions
from pytest_kanister._cluster.registry import problems
from pytest_kanister._cluster.registry.objects import dig
from pytest_kanister._cluster.registry.strategies.crds import serve_definition
from pytest_kanister._model.resources import CRDS, NAMESPACES

if TYPE_CHECKING:
    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._cluster.registry.store import Store
    from pytest_kanister._model.api import Object

__all__ = ["Deletion", "may_end"]


class Deletion:
    """Lookup, storing and deletion; `Verbs` adds the rest."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def stored(self, kind: Kind, namespace: str, name: str) -> Object:
        """The stored object, or `NotFound`."""
        obj = self.store.get(kind, namespace, name)
        if obj is None:
            raise problems.not_found(kind.resource, name)
        return obj

    def put(self, kind: Kind, obj: Object, options: WriteOptions) -> Object:
        """Stores a new state, unless this is a dry run; a CRD serves its kinds at once."""
        if not options.dry_run:
            self.store.put(kind, obj)
            if kind.resource == CRDS:
                serve_definition(self.store.kinds, obj)
        return kind.serve(obj) if kind.serve else obj

    def remove(self, kind: Kind, obj: Object, options: WriteOptions | DeleteOptions) -> Object:
        """Takes an object out, unless this is a dry run."""
        if options.dry_run:
            return obj
        last = self.store.remove(kind, obj)
        if kind.resource == CRDS:
            self.store.kinds.remove(obj["spec"]["group"], obj["spec"]["names"]["plural"])
        return kind.serve(last) if kind.serve else last

    def delete(
        self, kind: Kind, namespace: str, name: str, options: DeleteOptions | None = None
    ) -> tuple[Object, bool]:
        """Asks for deletion; the object's last state, and whether it is gone already."""
        options = options or DeleteOptions()
        old = self.stored(kind, namespace, name)
        metadata = old["metadata"]
        for label, wanted, found in (
            ("UID", options.uid, metadata["uid"]),
            ("ResourceVersion", options.resource_version, metadata["resourceVersion"]),
        ):
            if wanted and wanted != found:
                raise problems.conflict(
                    kind.resource,
                    name,
                    f"Precondition failed: {label} in precondition: {wanted}, {label} in object "
                    f"meta: {found}",
                )
        refusal = kind.strategy.may_delete(old)
        if refusal:
            raise problems.forbidden(kind.resource, name, refusal)
        grace_s = kind.strategy.grace_period_s(old, options.grace_period_s)
        finalizers = list(metadata.get("finalizers") or ())
        for policy, finalizer in (("Foreground", "foregroundDeletion"), ("Orphan", "orphan")):
            if options.propagation == policy and finalizer not in finalizers:
                finalizers.append(finalizer)
        obj: Object = {**old, "metadata": {**metadata}}
        fresh = obj["metadata"]
        if finalizers:
            fresh["finalizers"] = finalizers
        if "deletionTimestamp" not in metadata:
            fresh["deletionTimestamp"] = _later(grace_s)
            fresh["deletionGracePeriodSeconds"] = grace_s
            if kind.strategy.has_generation:
                fresh["generation"] = int(metadata.get("generation") or 0) + 1
        elif grace_s < int(metadata.get("deletionGracePeriodSeconds") or 0):
            fresh["deletionTimestamp"] = _later(grace_s)
            fresh["deletionGracePeriodSeconds"] = grace_s
        if kind.resource == NAMESPACES:
            obj["status"] = {**(old.get("status") or {}), "phase": "Terminating"}
        if may_end(obj):
            return self.remove(kind, old, options), True
        if obj != old:
            return self.put(kind, obj, WriteOptions(dry_run=options.dry_run)), False
        return (kind.serve(old) if kind.serve else old), False


def may_end(obj: Object) -> bool:
    """Whether nothing keeps an object whose deletion was asked for."""
    metadata = obj["metadata"]
    return bool(
        metadata.get("deletionTimestamp")
        and not metadata.get("finalizers")
        and not metadata.get("deletionGracePeriodSeconds")
        and not (obj.get("kind") == "Namespace" and dig(obj, "spec", "finalizers"))
    )


def _later(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
