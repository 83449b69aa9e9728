"""The four ways to patch: JSON patch, merge patch, strategic merge and server-side apply.

Strategic merge follows the merge keys of `registry.schema`; directives known: `$patch` delete
and replace, `$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder` (ignored: order is
the live list's, new items at its end).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry.objects import copy_json
from pytest_kanister._cluster.registry.problems import bad_request
from pytest_kanister._cluster.registry.schema import fields_of
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["json_patch", "merge_patch", "strategic_merge"]


def json_patch(obj: Object, patch: Any) -> Object:
    """RFC 6902.

    Raises:
        BadRequest: the patch is malformed.
        Invalid: a test failed or a path is not there.
    """
    import jsonpatch  # used by few requests, so loaded when needed

    if not isinstance(patch, Sequence) or isinstance(patch, (str, bytes)):
        raise bad_request("error decoding patch: expected a list of operations")
    try:
        result = jsonpatch.apply_patch(obj, list(patch))
    except jsonpatch.InvalidJsonPatch as error:
        raise bad_request(f"error decoding patch: {error}") from None
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError) as error:
        raise ApiError.of(
            422,
            "Invalid",
            "the server rejected our request due to an error in our request",
            {"causes": [{"message": str(error)}]},
        ) from None
    if not isinstance(result, dict):
        raise bad_request("the patch leaves no object")
    return result


def merge_patch(value: Any, patch: Any) -> Any:
    """RFC 7386; `value` is not changed."""
    if not isinstance(patch, Mapping):
        return copy_json(patch)
    result = dict(value) if isinstance(value, dict) else {}
    for key, item in patch.items():
        if item is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), item)
    return result


def strategic_merge(type_name: str, value: Any, patch: Mapping[str, Any]) -> Object:
    """Kubernetes' own merge: lists with a merge key are merged item by item."""
    if patch.get("$patch") == "replace":
        return {key: copy_json(item) for key, item in patch.items() if key != "$patch"}
    if patch.get("$patch") == "delete":
        return {}
    result: Object = dict(value) if isinstance(value, dict) else {}
    retained = patch.get("$retainKeys")
    if isinstance(retained, list):
        result = {key: item for key, item in result.items() if key in retained}
    table = fields_of(type_name) or {}
    for key, item in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            target = key.partition("/")[2]
            gone = list(item or ())
            result[target] = [entry for entry in result.get(target) or () if entry not in gone]
        if key.startswith("$"):
            continue
        if item is None:
            result.pop(key, None)
            continue
        field = table.get(key)
        inner = field.type if field is not None and not field.scalar else ""
        if isinstance(item, Mapping):
            plain = field is not None and field.shape == "{}"
            result[key] = strategic_merge("" if plain else inner, result.get(key), item)
        elif isinstance(item, list) and field is not None and field.merge_key:
            result[key] = _merge_list(inner, field.merge_key, result.get(key) or [], item)
        else:
            result[key] = copy_json(item)
    return result


def _merge_list(inner: str, merge_key: str, live: list[Any], patch: list[Any]) -> list[Any]:
    if merge_key == "*":
        return live + [item for item in patch if item not in live]
    result = [*live]
    for item in patch:
        if not isinstance(item, dict):
            raise bad_request(f"expected a list of objects with the key {merge_key}")
        if item.get("$patch") == "replace":
            result = [entry for entry in patch if entry.get("$patch") != "replace"]
            break
        wanted = item.get(merge_key)
        if wanted is None:
            raise bad_request(f"map: {item} does not contain declared merge key: {merge_key}")
        place = next(
            (index for index, entry in enumerate(result) if _same(entry, item, merge_key)), None
        )
        if item.get("$patch") == "delete":
            if place is not None:
                del result[place]
        elif place is None:
            result.append(strategic_merge(inner, {}, item))
        else:
            result[place] = strategic_merge(inner, result[place], item)
    return result


def _same(entry: Any, item: Mapping[str, Any], merge_key: str) -> bool:
    if not isinstance(entry, dict) or entry.get(merge_key) != item[merge_key]:
        return False
    # The API identifies ports by number and protocol, whatever the merge key says.
    return bool(entry.get("protocol", "TCP") == item.get("protocol", entry.get("protocol", "TCP")))
