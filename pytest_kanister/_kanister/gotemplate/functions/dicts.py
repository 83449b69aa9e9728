"""Sprig's dict functions. `set`, `unset` and `merge` change their first argument, as in sprig."""

from __future__ import annotations

from .. import limits
from ..errors import FunctionError
from ..reflect import is_nil, truth
from ..types import BUILTIN, MAP
from ..values import TypedMap, TypedSlice, entries_of, items_of, kind_of, slice_like, type_of
from .registry import Family
from .texts import strval

dicts = Family()


@dicts.add("dict", "...any -> map")
def _dict(*pairs: object) -> dict[str, object]:
    """A key without a value gets the empty text."""
    made: dict[str, object] = {}
    for index in range(0, len(pairs), 2):
        made[strval(pairs[index])] = pairs[index + 1] if index + 1 < len(pairs) else ""
    return made


@dicts.add("set", "map, string, any -> map")
def _set(target: object, key: str, value: object) -> object:
    if is_nil(target):
        raise FunctionError("assignment to entry in nil map")
    entries_of(target)[str(key)] = value
    return target


@dicts.add("unset", "map, string -> map")
def _unset(target: object, key: str) -> object:
    _entries(target).pop(key, None)
    return target


def _entries(target: object) -> dict[str, object]:
    """Of a map parameter, for which nil may have been passed."""
    return {} if target is None else entries_of(target)


@dicts.add("hasKey", "map, string -> bool")
def _has_key(source: object, key: str) -> bool:
    return key in _entries(source)


@dicts.add("pluck", "string, ...map -> []any")
def _pluck(key: str, *sources: object) -> list[object]:
    return [_entries(source)[key] for source in sources if key in _entries(source)]


@dicts.add("keys", "...map -> []string")
def _keys(*sources: object) -> TypedSlice:
    """In the order of the maps' making; Go's order is random."""
    found: list[object] = [key for source in sources for key in _entries(source)]
    limits.check_items(len(found), "a list")
    return TypedSlice(BUILTIN.type("[]string"), found)


@dicts.add("values", "map -> []any")
def _values(source: object) -> list[object]:
    return list(_entries(source).values())


@dicts.add("pick", "map, ...string -> map")
def _pick(source: object, *keys: str) -> dict[str, object]:
    entries = _entries(source)
    return {str(key): entries[key] for key in keys if key in entries}


@dicts.add("omit", "map, ...string -> map")
def _omit(source: object, *keys: str) -> dict[str, object]:
    return {key: value for key, value in _entries(source).items() if key not in keys}


@dicts.add("merge", "map, ...map -> any")
def _merge(target: object, *sources: object) -> object:
    """What the target has stays, unless it is empty."""
    return _merged(target, sources, overwrite=False)


@dicts.add("mergeOverwrite", "map, ...map -> any")
def _merge_overwrite(target: object, *sources: object) -> object:
    return _merged(target, sources, overwrite=True)


def _merged(target: object, sources: tuple[object, ...], *, overwrite: bool) -> object:
    if is_nil(target):
        target = TypedMap(MAP, None) if all(map(is_nil, sources)) else {}
    for source in sources:
        _merge_into(target, source, overwrite=overwrite)
    return target


def _merge_into(target: object, source: object, *, overwrite: bool) -> None:
    """Mergo 0.3.12: maps are merged, lists and maps never replace what is not empty."""
    if is_nil(source):
        return
    into = entries_of(target)
    for key, value in list(entries_of(source).items()):
        if value is None:
            if overwrite:
                into[key] = None
            continue
        kind, present = kind_of(value), into.get(key)
        if kind == "map" and kind_of(present) == "map" and not is_nil(present):
            _merge_into(present, value, overwrite=overwrite)
        if kind == "slice" and overwrite:
            into[key] = value
        elif kind in ("map", "slice") and _is_filled(present):
            continue
        elif overwrite or not _is_filled(present):
            into[key] = value


def _is_filled(value: object) -> bool:
    return value is not None and not is_nil(value) and truth(value)


@dicts.add("deepCopy", "any -> any")
def _deep_copy(value: object) -> object:
    if value is None:
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    return _copied(value, limits.Meter("copying"))


def _copied(value: object, meter: limits.Meter) -> object:
    meter.count()
    kind = kind_of(value)
    if kind == "slice" and not is_nil(value) and not isinstance(value, bytes):
        return slice_like(value, [_copied(item, meter) for item in items_of(value)])
    if kind == "map" and not is_nil(value):
        entries = {key: _copied(item, meter) for key, item in entries_of(value).items()}
        go_type = type_of(value)
        if isinstance(value, dict) or go_type is None:
            return entries
        return TypedMap(go_type, entries)
    return value
