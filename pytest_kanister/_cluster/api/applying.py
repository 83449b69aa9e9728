"""Server-side apply: who owns which field, what a manager dropped, where two disagree.

Ownership is kept in `metadata.managedFields` as Kubernetes spells it, for Apply only: plain
updates own nothing here, so they never conflict with an apply.  Lists without a merge key are
atomic, those of custom resources all are.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.api.patches import strategic_merge
from pytest_kanister._cluster.registry import problems
from pytest_kanister._cluster.registry.objects import copy_json, meta, now
from pytest_kanister._cluster.registry.schema import fields_of
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._cluster.api.options import WriteOptions
    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._cluster.registry.schema import Field
    from pytest_kanister._model.api import Object

__all__ = ["apply_patch"]

Tree = dict[str, Any]
"""FieldsV1: `f:` a field, `k:` a list item by its key, an empty tree a leaf."""

_IDENTITY = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation")


def apply_patch(
    kind: Kind, live: Object | None, config: Object, options: WriteOptions, name: str
) -> Object:
    """The object after the apply; `live` None means that it is to be created.

    Raises:
        Invalid: no field manager.
        Conflict: another manager applied another value, and `force` is off.
    """
    if not options.field_manager:
        raise ApiError.of(
            422,
            "Invalid",
            'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required '
            "for apply patch",
        )
    config = copy_json(config)
    if meta(config).pop("managedFields", None):
        raise problems.bad_request("metadata.managedFields must be nil")
    meta(config).setdefault("name", name)
    type_name = kind.strategy.type_name
    wanted = _owned(type_name, config, top=True)
    entries = list((live or {}).get("metadata", {}).get("managedFields") or ())
    mine: Tree = {}
    others: list[tuple[str, Tree]] = []
    for entry in entries:
        if entry.get("operation") != "Apply":
            continue
        if entry.get("manager") == options.field_manager:
            mine = entry.get("fieldsV1") or {}
        else:
            others.append((str(entry.get("manager")), entry.get("fieldsV1") or {}))
    if live is None:
        result = config
    else:
        _check_conflicts(live, config, wanted, others, options)
        result = strategic_merge(type_name, live, config)
        _drop(type_name, result, mine, [wanted, *(tree for _, tree in others)])
    if options.force:
        entries = [_without(entry, wanted, live, config, options) for entry in entries]
    kept = [
        entry
        for entry in entries
        if not (entry.get("manager") == options.field_manager and entry["operation"] == "Apply")
    ]
    kept.append(
        {
            "manager": options.field_manager,
            "operation": "Apply",
            "apiVersion": kind.resource.api_version,
            "time": now() if wanted != mine else _time_of(entries, options.field_manager),
            "fieldsType": "FieldsV1",
            "fieldsV1": wanted,
        }
    )
    meta(result)["managedFields"] = kept
    return result


def _time_of(entries: list[Any], manager: str) -> str:
    return next((str(entry["time"]) for entry in entries if entry.get("manager") == manager), now())


def _item_key(field: Field, item: Any) -> str:
    if field.merge_key == "*":
        return "v:" + json.dumps(item)
    key = {field.merge_key: item.get(field.merge_key)}
    if field.type in ("ContainerPort", "ServicePort"):
        key["protocol"] = item.get("protocol", "TCP")
    return "k:" + json.dumps(key, sort_keys=True, separators=(",", ":"))


def _inner(field: Field | None) -> str:
    return field.type if field is not None and not field.scalar and field.shape != "{}" else ""


def _owned(type_name: str, value: Object, *, top: bool = False, metadata: bool = False) -> Tree:
    table = fields_of(type_name) or {}
    tree: Tree = {}
    for key, item in value.items():
        if (top and key in ("apiVersion", "kind")) or (metadata and key in _IDENTITY):
            continue
        field = table.get(key)
        if isinstance(item, dict):
            tree[f"f:{key}"] = _owned(_inner(field), item, metadata=top and key == "metadata")
        elif isinstance(item, list) and field is not None and field.merge_key:
            tree[f"f:{key}"] = {
                _item_key(field, entry): (
                    {".": {}, **_owned(_inner(field), entry)} if isinstance(entry, dict) else {}
                )
                for entry in item
            }
        else:
            tree[f"f:{key}"] = {}
    if top and tree.get("f:metadata") == {}:
        del tree["f:metadata"]
    return tree


def _leaves(tree: Tree, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, inner in tree.items():
        if key == ".":
            continue
        if set(inner) - {"."}:
            yield from _leaves(inner, (*path, key))
        else:
            yield (*path, key)


def _holds(tree: Tree, path: tuple[str, ...]) -> bool:
    for key in path:
        if key not in tree:
            return False
        tree = tree[key]
    return True


def _value(obj: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        kind, text = step[:2], step[2:]
        if kind == "f:" and isinstance(obj, dict):
            obj = obj.get(text)
        elif kind == "v:" and isinstance(obj, list):
            obj = json.loads(text) if json.loads(text) in obj else None
        elif kind == "k:" and isinstance(obj, list):
            wanted = json.loads(text)
            obj = next((item for item in obj if _is(item, wanted)), None)
        else:
            return None
    return obj


def _is(item: Any, wanted: dict[str, Any]) -> bool:
    defaults = {"protocol": "TCP"}
    return all(item.get(key, defaults.get(key)) == value for key, value in wanted.items())


def _shown(path: tuple[str, ...]) -> str:
    parts = []
    for step in path:
        kind, text = step[:2], step[2:]
        if kind == "k:":
            keys = ",".join(f"{k}={json.dumps(v)}" for k, v in json.loads(text).items())
            parts.append(f"[{keys}]")
        else:
            parts.append(f".{text}" if kind == "f:" else f"[={text}]")
    return "".join(parts)


def _disagreements(
    live: Object, config: Object, wanted: Tree, theirs: Tree
) -> list[tuple[str, ...]]:
    return [
        path
        for path in _leaves(wanted)
        if _holds(theirs, path) and _value(live, path) != _value(config, path)
    ]


def _check_conflicts(
    live: Object,
    config: Object,
    wanted: Tree,
    others: list[tuple[str, Tree]],
    options: WriteOptions,
) -> None:
    if options.force:
        return
    found = [
        (manager, _shown(path))
        for manager, theirs in others
        for path in _disagreements(live, config, wanted, theirs)
    ]
    if not found:
        return
    causes = [
        {"reason": "FieldManagerConflict", "message": f'conflict with "{manager}"', "field": field}
        for manager, field in found
    ]
    plural = "conflict" if len(found) == 1 else "conflicts"
    told = ", ".join(f'conflict with "{manager}": {field}' for manager, field in found)
    raise ApiError.of(
        409, "Conflict", f"Apply failed with {len(found)} {plural}: {told}", {"causes": causes}
    )


def _without(
    entry: Any, wanted: Tree, live: Object | None, config: Object, options: WriteOptions
) -> Any:
    """The entry of another manager without the fields that a forced apply takes over."""
    if entry.get("manager") == options.field_manager or live is None:
        return entry
    tree = copy_json(entry.get("fieldsV1") or {})
    for path in _disagreements(live, config, wanted, tree):
        place = tree
        for key in path[:-1]:
            place = place[key]
        place.pop(path[-1], None)
    return {**entry, "fieldsV1": tree}


def _drop(type_name: str, value: Any, before: Tree, keep: list[Tree]) -> None:
    """Removes from `value` what stands in `before` and in none of `keep`."""
    table = fields_of(type_name) or {}
    for key, inner in before.items():
        step = key[2:]
        if key == "." or not isinstance(value, dict) or step not in value:
            continue
        holders = [tree[key] for tree in keep if key in tree]
        field = table.get(step)
        if not holders:
            del value[step]
        elif isinstance(value[step], dict):
            value[step] = dict(value[step])
            _drop(_inner(field), value[step], inner, holders)
        elif field is not None and field.merge_key and isinstance(value[step], list):
            value[step] = _drop_items(field, value[step], inner, holders)


def _drop_items(field: Field, items: list[Any], before: Tree, keep: list[Tree]) -> list[Any]:
    left = []
    for item in items:
        key = _item_key(field, item)
        holders = [tree[key] for tree in keep if key in tree]
        if key in before and not holders:
            continue
        if key in before and isinstance(item, dict):
            item = dict(item)
            _drop(_inner(field), item, before[key], holders)
        left.append(item)
    return left
