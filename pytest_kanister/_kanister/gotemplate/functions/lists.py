"""Sprig's list functions."""

from __future__ import annotations

from .. import limits
from ..errors import FunctionError, nil_dereference
from ..reflect import is_nil, truth
from ..types import BUILTIN, LIST
from ..values import (
    Int,
    TypedSlice,
    items_of,
    kind_of,
    slice_like,
)
from .equality import deep_equal
from .numbers import to_int64
from .registry import Family

lists = Family()


def _items(value: object, complaint: str) -> list[object]:
    """The elements of a list; `complaint` is sprig's panic for anything else."""
    if value is None:
        raise nil_dereference()
    kind = kind_of(value)
    if kind != "slice":
        raise FunctionError(complaint + kind)
    return items_of(value)


def _grown(items: list[object]) -> list[object]:
    limits.check_items(len(items), "a list")
    return items


@lists.add("list tuple", "...any -> []any")
def _list(*values: object) -> list[object]:
    return list(values)


@lists.add("append push", "any, any -> []any")
def _append(items: object, value: object) -> list[object]:
    return _grown([*_items(items, "Cannot push on type "), value])


@lists.add("prepend", "any, any -> []any")
def _prepend(items: object, value: object) -> list[object]:
    return _grown([value, *_items(items, "Cannot prepend on type ")])


@lists.add("first", "any -> any")
def _first(items: object) -> object:
    found = _items(items, "Cannot find first on type ")
    return found[0] if found else None


@lists.add("last", "any -> any")
def _last(items: object) -> object:
    found = _items(items, "Cannot find last on type ")
    return found[-1] if found else None


@lists.add("rest", "any -> []any")
def _rest(items: object) -> object:
    found = _items(items, "Cannot find rest on type ")
    return found[1:] if found else TypedSlice(LIST, None)


@lists.add("initial", "any -> []any")
def _initial(items: object) -> object:
    found = _items(items, "Cannot find initial on type ")
    return found[:-1] if found else TypedSlice(LIST, None)


@lists.add("reverse", "any -> []any")
def _reverse(items: object) -> list[object]:
    return _items(items, "Cannot find reverse on type ")[::-1]


@lists.add("compact", "any -> []any")
def _compact(items: object) -> list[object]:
    return [item for item in _items(items, "Cannot compact on type ") if not is_empty(item)]


def is_empty(value: object) -> bool:
    """Sprig's `empty`: the zero value of anything but a struct."""
    return is_nil(value) or not truth(value)


@lists.add("uniq", "any -> []any")
def _uniq(items: object) -> list[object]:
    found: list[object] = []
    meter = limits.Meter("comparing")
    for item in _items(items, "Cannot find uniq on type "):
        if not _among(item, found, meter):
            found.append(item)
    return found


def _among(needle: object, items: list[object], meter: limits.Meter) -> bool:
    return any(deep_equal(needle, item, meter) for item in items)


@lists.add("without", "any, ...any -> []any")
def _without(items: object, *omitted: object) -> list[object]:
    kept = _items(items, "Cannot find without on type ")
    meter = limits.Meter("comparing")
    return [item for item in kept if not _among(item, list(omitted), meter)]


@lists.add("has", "any, any -> bool")
def _has(needle: object, items: object) -> bool:
    if items is None:
        return False
    return _among(needle, _items(items, "Cannot find has on type "), limits.Meter("comparing"))


@lists.add("slice", "any, ...any -> any")
def _slice(items: object, *bounds: object) -> object:
    found = _items(items, "list should be type of slice or array but ")
    if not found:
        return None
    start = to_int64(bounds[0]) if bounds else 0
    end = to_int64(bounds[1]) if len(bounds) > 1 else len(found)
    if not 0 <= start <= end <= len(found):
        raise FunctionError("reflect.Value.Slice: slice index out of bounds")
    return slice_like(items, found[start:end])


@lists.add("concat", "...any -> any")
def _concat(*parts: object) -> object:
    joined: list[object] = []
    for part in parts:
        if part is None:
            raise nil_dereference()
        if kind_of(part) != "slice":
            raise FunctionError(f"Cannot concat type {kind_of(part)} as list")
        joined += items_of(part)
    return _grown(joined) if joined else TypedSlice(LIST, None)


@lists.add("until", "int -> []int")
def _until(count: int) -> TypedSlice:
    return _until_step(0, count, -1 if count < 0 else 1)


@lists.add("untilStep", "int, int, int -> []int")
def _until_step(start: int, stop: int, step: int) -> TypedSlice:
    """A step away from `stop` gives an empty list."""
    toward = step < 0 if stop < start else step > 0
    numbers = range(int(start), int(stop), int(step)) if toward else range(0)
    limits.check_items(len(numbers), "a list")
    items: list[object] = [Int(number) for number in numbers]
    return TypedSlice(BUILTIN.type("[]int"), items)
