"""Go's `reflect.DeepEqual`."""

from __future__ import annotations

from .. import limits
from ..reflect import is_nil
from ..values import GoStruct, NilPtr, Ptr, entries_of, items_of, kind_of, type_of


def deep_equal(one: object, other: object, meter: limits.Meter | None = None) -> bool:
    """Whether two values have the same type and content; nil and empty differ.

    Args:
        one: a value.
        other: another.
        meter: counts the comparisons of the whole call.
    """
    meter = meter or limits.Meter("comparing")
    meter.count()
    go_type = type_of(one)
    if go_type != type_of(other):
        return False
    if one is None or isinstance(one, NilPtr) or isinstance(other, NilPtr):
        return is_nil(one) and is_nil(other)
    if isinstance(one, Ptr) and isinstance(other, Ptr):
        return deep_equal(one.target, other.target, meter)
    if isinstance(one, GoStruct) and isinstance(other, GoStruct):
        return all(deep_equal(one.values[name], other.values[name], meter) for name in one.values)
    kind = kind_of(one)
    if kind in ("map", "slice") and is_nil(one) != is_nil(other):
        return False
    if kind == "map":
        left, right = entries_of(one), entries_of(other)
        return left.keys() == right.keys() and all(
            deep_equal(left[k], right[k], meter) for k in left
        )
    if kind == "slice":
        items, others = items_of(one), items_of(other)
        pairs = zip(items, others, strict=False)
        return len(items) == len(others) and all(deep_equal(a, b, meter) for a, b in pairs)
    return bool(one == other)
