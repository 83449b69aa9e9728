"""The verbs over the store: what the API does, whoever asks and however.

`LocalApi` and the HTTP handlers call these, so both have the same defaults, checks and
conflicts.  Objects handed in must be private to the caller and are given away; objects handed
out are the store's own and must not be changed.  Over 300 lines: the write path is one
sequence of steps that belong side by side.
"""

from __future__ import annotations

import base64
import json
import uuid
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.api import scaling
from pytest_kanister._cluster.api.applying import apply_patch
from pytest_kanister._cluster.api.deleting import Deletion, may_end
from pytest_kanister._cluster.api.options import DeleteOptions, ListOptions, WriteOptions
from pytest_kanister._cluster.api.patches import json_patch, merge_patch, strategic_merge
from pytest_kanister._cluster.registry import problems
from pytest_kanister._cluster.registry.objects import copy_json, meta, now, suffix
from pytest_kanister._cluster.registry.selectors import field_predicate, label_predicate
from pytest_kanister._cluster.registry.strategy import check_metadata
from pytest_kanister._model.resources import CRDS, NAMESPACES
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.contracts import Admit
    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._cluster.registry.store import Store
    from pytest_kanister._model.api import Object, PatchType

__all__ = ["Verbs", "predicate"]

_SERVER_OWNED = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "selfLink",
)


def predicate(
    kind: Kind, label_selector: str, field_selector: str
) -> Callable[[Object], bool] | None:
    """Both selectors as one test; None when everything matches.  Raises `BadRequest`."""
    tests = [
        test
        for test in (
            label_predicate(label_selector),
            field_predicate(field_selector, kind.strategy.selectable, kind.resource.kind),
        )
        if test is not None
    ]
    if not tests:
        return None
    return lambda obj: all(test(obj) for test in tests)


class Verbs(Deletion):
    """The verbs of every kind; nothing here waits."""

    def __init__(self, store: Store, admit: Admit | None = None) -> None:
        super().__init__(store)
        self._admit = admit

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def get(self, kind: Kind, namespace: str, name: str, subresource: str = "") -> Object:
        """The object, or `NotFound`."""
        obj = self.stored(kind, namespace, name)
        if subresource == "scale":
            return scaling.scale_of(kind, obj)
        return kind.serve(obj) if kind.serve else obj

    def list(
        self, kind: Kind, namespace: str | None, options: ListOptions, *, served: bool = True
    ) -> Object:
        """The List; `limit` and `continue` walk over the state of each call, not of the first.

        Items of built-in kinds bear no kind, as Kubernetes does it; with `served` off they are
        the stored objects as they are.
        """
        matches = predicate(kind, options.label_selector, options.field_selector)
        after = _after(options.continue_token)
        items: list[Object] = []
        metadata: Object = {"resourceVersion": str(self.store.version)}
        for obj in self.store.objects(kind, namespace, after):
            if matches is not None and not matches(obj):
                continue
            if options.limit and len(items) == options.limit:
                last = items[-1]["metadata"]
                place = [last.get("namespace", ""), last["name"]]
                metadata["continue"] = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
                break
            items.append(_item(kind, obj) if served else obj)
        return {
            "kind": kind.list_kind,
            "apiVersion": kind.resource.api_version,
            "metadata": metadata,
            "items": items,
        }

    # ── writing ──────────────────────────────────────────────────────────────────────────────

    def create(
        self, kind: Kind, namespace: str, obj: Any, options: WriteOptions | None = None
    ) -> Object:
        """Creates.  `AlreadyExists`, `Invalid`, `BadRequest`, `NotFound` (namespace)."""
        options = options or WriteOptions()
        obj = self._decoded(kind, obj, namespace, options)
        metadata = meta(obj)
        if metadata.get("resourceVersion"):
            raise ApiError.of(
                500,
                "InternalError",
                "resourceVersion should not be set on objects to be created",
            )
        if metadata.get("generateName") and not metadata.get("name"):
            metadata["name"] = f"{metadata['generateName'][:58]}{suffix()}"
        self._check_home(kind, namespace, str(metadata.get("name") or ""))
        for key in _SERVER_OWNED:
            metadata.pop(key, None)
        metadata["uid"] = str(uuid.uuid4())
        metadata["creationTimestamp"] = now()
        if kind.strategy.has_generation:
            metadata["generation"] = 1
        kind.strategy.default(obj)
        kind.strategy.prepare_create(obj)
        errors = check_metadata(obj, kind.strategy.name_rule())
        errors += kind.strategy.validate(obj)
        name = str(metadata.get("name") or "")
        if errors:
            raise problems.invalid(kind.resource, name, errors)
        if self._admit is not None:
            self._admit(kind.resource, obj)
        if self.store.get(kind, namespace, name) is not None:
            raise problems.already_exists(kind.resource, name)
        return self.put(kind, obj, options)

    def update(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        obj: Any,
        subresource: str = "",
        options: WriteOptions | None = None,
    ) -> Object:
        """Replaces the object, or its part behind `subresource`.  `Conflict`, `Invalid`."""
        options = options or WriteOptions()
        old = self.stored(kind, namespace, name)
        if subresource == "scale":
            changed = scaling.scaled(kind, old, obj)
            return scaling.scale_of(kind, self._replace(kind, old, changed, "", options))
        obj = self._decoded(kind, obj, namespace, options)
        given = meta(obj).get("name")
        if given != name:
            raise problems.bad_request(
                f"the name of the object ({given or ''}) does not match the name on the URL "
                f"({name})"
            )
        return self._replace(kind, old, obj, subresource, options)

    def patch(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        patch: Any,
        patch_type: PatchType,
        subresource: str = "",
        options: WriteOptions | None = None,
    ) -> tuple[Object, bool]:
        """Changes a part; second: whether a server-side apply created the object."""
        options = options or WriteOptions()
        old = self.store.get(kind, namespace, name)
        if patch_type == "apply" and not isinstance(patch, dict):
            raise problems.bad_request("error decoding apply patch: expected an object")
        if old is None:
            if patch_type != "apply" or subresource:
                raise problems.not_found(kind.resource, name)
            fresh = apply_patch(kind, None, patch, options, name)
            return self.create(kind, namespace, fresh, options), True
        if subresource == "scale":
            shown = scaling.scale_of(kind, old)
            changed = _patched(kind, shown, patch, patch_type, "Scale")
            changed = scaling.scaled(kind, old, changed)
            return scaling.scale_of(kind, self._replace(kind, old, changed, "", options)), False
        shown = kind.serve(old) if kind.serve else old
        if patch_type == "apply":
            result = apply_patch(kind, copy_json(shown), patch, options, name)
        else:
            result = _patched(kind, shown, patch, patch_type, kind.strategy.type_name)
        result = self._decoded(kind, copy_json(result), namespace, options)
        if meta(result).get("name") != name:
            raise problems.bad_request(
                f"the name of the object ({meta(result).get('name') or ''}) does not match the "
                f"name on the URL ({name})"
            )
        meta(result).setdefault("resourceVersion", old["metadata"]["resourceVersion"])
        return self._replace(kind, old, result, subresource, options), False

    def _decoded(self, kind: Kind, obj: Any, namespace: str, options: WriteOptions) -> Object:
        if not isinstance(obj, dict):
            raise problems.bad_request("the body of the request must be one object")
        resource = kind.resource
        if not kind.custom:
            obj.setdefault("apiVersion", resource.api_version)
            obj.setdefault("kind", resource.kind)
        for key, wanted in (("apiVersion", resource.api_version), ("kind", resource.kind)):
            if obj.get(key) not in (wanted, None):
                what = "API version" if key == "apiVersion" else "kind"
                raise problems.bad_request(
                    f"the {what} in the data ({obj[key]}) does not match the expected {what} "
                    f"({wanted})"
                )
        if obj.get("metadata") is not None and not isinstance(obj["metadata"], dict):
            raise problems.bad_request("metadata must be an object")
        obj, unknown = kind.strategy.decode(obj)
        if unknown and options.field_validation == "Strict":
            told = ", ".join(f'unknown field "{path}"' for path in unknown)
            raise problems.bad_request(
                f'{resource.kind} in version "{resource.version}" cannot be handled as a '
                f"{resource.kind}: strict decoding error: {told}"
            )
        if options.field_validation == "Warn":
            options.warnings += [f'unknown field "{path}"' for path in unknown]
        if resource.namespaced:
            given = meta(obj).get("namespace") or namespace
            if given != namespace:
                raise problems.bad_request(
                    f"the namespace of the provided object ({given}) does not match the namespace "
                    f"sent on the request ({namespace})"
                )
            meta(obj)["namespace"] = namespace
        else:
            meta(obj).pop("namespace", None)
        return kind.store(obj) if kind.store else obj

    def _check_home(self, kind: Kind, namespace: str, name: str) -> None:
        if kind.custom:
            crds = self.store.kinds.of(CRDS)
            crd = self.store.get(crds, "", kind.resource.qualified)
            if crd is not None and crd["metadata"].get("deletionTimestamp"):
                raise ApiError.of(
                    405,
                    "MethodNotAllowed",
                    "create not allowed while custom resource definition is terminating",
                )
        if not kind.resource.namespaced:
            return
        home = self.store.get(self.store.kinds.of(NAMESPACES), "", namespace)
        if home is None:
            raise problems.not_found(NAMESPACES, namespace)
        if home["metadata"].get("deletionTimestamp"):
            raise problems.forbidden(
                kind.resource,
                name,
                f"unable to create new content in namespace {namespace} because it is being "
                "terminated",
            )

    def _replace(
        self, kind: Kind, old: Object, obj: Object, subresource: str, options: WriteOptions
    ) -> Object:
        """Puts `obj` in the place of `old`: preconditions, server-owned fields, rules."""
        name = old["metadata"]["name"]
        self._check_version(kind, old, obj)
        old_meta, new_meta = old["metadata"], meta(obj)
        if subresource == "finalize":
            obj = {**old, "spec": obj.get("spec") or {}}
        elif subresource == "status":
            obj = {**old, "status": obj.get("status") or {}}
        else:
            for key in _SERVER_OWNED:
                new_meta.pop(key, None)
                if key in old_meta:
                    new_meta[key] = old_meta[key]
            if "status" in kind.subresources:
                obj.pop("status", None)
                if "status" in old:
                    obj["status"] = old["status"]
            kind.strategy.default(obj)
            kind.strategy.prepare_update(obj, old)
            errors = check_metadata(obj, kind.strategy.name_rule())
            errors += kind.strategy.validate(obj)
            errors += kind.strategy.validate_update(obj, old)
            if errors:
                raise problems.invalid(kind.resource, name, errors)
            if self._admit is not None and not new_meta.get("deletionTimestamp"):
                self._admit(kind.resource, obj)
        obj["metadata"] = {
            **obj["metadata"],
            "resourceVersion": old_meta["resourceVersion"],
        }
        if kind.strategy.has_generation and kind.strategy.changes_generation(obj, old):
            obj["metadata"]["generation"] = int(old_meta.get("generation") or 0) + 1
        if obj == old:
            return kind.serve(old) if kind.serve else old
        if may_end(obj):
            return self.remove(kind, obj, options)
        return self.put(kind, obj, options)

    @staticmethod
    def _check_version(kind: Kind, old: Object, obj: Object) -> None:
        name, given = old["metadata"]["name"], meta(obj)
        if given.get("uid") and given["uid"] != old["metadata"]["uid"]:
            raise problems.conflict(
                kind.resource,
                name,
                f"Precondition failed: UID in precondition: {given['uid']}, UID in object meta: "
                f"{old['metadata']['uid']}",
            )
        version = given.get("resourceVersion")
        if not version and kind.strategy.needs_version:
            raise problems.invalid(
                kind.resource,
                name,
                [
                    problems.bad_value(
                        "metadata.resourceVersion", 0, "must be specified for an update"
                    )
                ],
            )
        if version and version != old["metadata"]["resourceVersion"]:
            raise problems.conflict(kind.resource, name)

    def delete_collection(
        self, kind: Kind, namespace: str | None, listing: ListOptions, options: DeleteOptions
    ) -> Object:
        """Asks for deletion of everything that matches; the List of what was there."""
        found = self.list(kind, namespace, listing)
        for obj in found["items"]:
            metadata = obj["metadata"]
            if not kind.strategy.may_delete(obj):
                self.delete(kind, metadata.get("namespace", ""), metadata["name"], options)
        return found


def _patched(
    kind: Kind, shown: Object, patch: Any, patch_type: PatchType, type_name: str
) -> Object:
    if patch_type == "json":
        return json_patch(shown, patch)
    if not isinstance(patch, dict):
        raise problems.bad_request("error decoding patch: expected an object")
    if patch_type == "merge":
        return dict(merge_patch(shown, patch))
    if patch_type == "strategic":
        if not type_name:
            raise problems.unsupported_media(
                (
                    "application/json-patch+json",
                    "application/merge-patch+json",
                    "application/apply-patch+yaml",
                )
            )
        return strategic_merge(type_name, shown, patch)
    raise problems.bad_request(f"server-side apply is not possible on this part of {kind.singular}")


def _item(kind: Kind, obj: Object) -> Object:
    shown = kind.serve(obj) if kind.serve else obj
    if kind.custom:
        return shown
    return {key: value for key, value in shown.items() if key not in ("apiVersion", "kind")}


def _after(token: str) -> tuple[str, str]:
    if not token:
        return "", ""
    try:
        namespace, name = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise problems.bad_request(
            "continue key is not valid: the token does not come from this server"
        ) from None
    return str(namespace), str(name)
