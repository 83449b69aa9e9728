"""eq, ne, lt, le, gt, ge: comparisons of basic kinds, without conversions."""

from __future__ import annotations

from ..errors import FunctionError
from ..printf import sprintf
from ..reflect import Value, is_nil, unbox
from ..types import COMPLEXES, FLOATS, SIGNED, UNSIGNED, GoType
from ..values import GoStruct, Ptr, to_bytes
from .registry import Family

comparisons = Family()


def _basic(value: Value) -> str:
    kind = value.kind
    if kind in ("bool", "string"):
        return kind
    for name, kinds in (
        ("int", SIGNED),
        ("uint", UNSIGNED),
        ("float", FLOATS),
        ("complex", COMPLEXES),
    ):
        if kind in kinds:
            return name
    return ""


def _incompatible(one: Value, other: Value) -> FunctionError:
    return FunctionError(
        f"incompatible types for comparison: {one.type.name} and {other.type.name}"
    )


@comparisons.add("eq", "value, ...value -> bool")
def _eq(first: Value, *others: Value) -> bool:
    first = unbox(first)
    if not others:
        raise FunctionError("missing argument for comparison")
    return any(_equal(first, unbox(other)) for other in others)


def _equal(one: Value, other: Value) -> bool:
    kinds = _basic(one), _basic(other)
    if kinds[0] != kinds[1]:
        if set(kinds) == {"int", "uint"}:
            return bool(one.obj == other.obj)
        if one.is_valid and other.is_valid:
            raise _incompatible(one, other)
        return False
    if kinds[0]:
        return bool(one.obj == other.obj)
    return _equal_composite(one, other)


def _equal_composite(one: Value, other: Value) -> bool:
    if one.kind != other.kind and one.is_valid and other.is_valid:
        shown = sprintf("%s: %v, %s: %v", one.obj, one.type.name, other.type.name, other.obj)
        raise FunctionError(f"non-comparable types {shown}")
    if is_nil(one.obj) or is_nil(other.obj):
        return is_nil(one.obj) == is_nil(other.obj)
    if not _comparable(other.type):
        shown = sprintf("%s: %v", other.obj, other.type.name)
        raise FunctionError(f"non-comparable type {shown}")
    if isinstance(one.obj, Ptr) and isinstance(other.obj, Ptr):
        return one.obj.target is other.obj.target
    if isinstance(one.obj, GoStruct) and isinstance(other.obj, GoStruct):
        return one.type == other.type and one.obj.values == other.obj.values
    return one.type == other.type and one.obj == other.obj


def _comparable(go_type: GoType) -> bool:
    if go_type.kind in ("slice", "map", "func"):
        return False
    if go_type.kind == "struct":
        return all(_comparable(go_type.field_type(field)) for field in go_type.fields)
    return True


def _less(one: Value, other: Value) -> bool:
    one, other = unbox(one), unbox(other)
    kinds = _basic(one), _basic(other)
    if "" in kinds:
        raise FunctionError("invalid type for comparison")
    if kinds[0] != kinds[1] and set(kinds) != {"int", "uint"}:
        raise _incompatible(one, other)
    left, right = one.obj, other.obj
    if isinstance(left, str) and isinstance(right, str):
        return to_bytes(left) < to_bytes(right)
    if kinds[0] in ("bool", "complex") or not (
        isinstance(left, int | float) and isinstance(right, int | float)
    ):
        raise FunctionError("invalid type for comparison")
    return left < right


@comparisons.add("ne", "value, value -> bool")
def _ne(one: Value, other: Value) -> bool:
    return not _eq(one, other)


@comparisons.add("lt", "value, value -> bool")
def _lt(one: Value, other: Value) -> bool:
    return _less(one, other)


@comparisons.add("le", "value, value -> bool")
def _le(one: Value, other: Value) -> bool:
    return _less(one, other) or _eq(one, other)


@comparisons.add("gt", "value, value -> bool")
def _gt(one: Value, other: Value) -> bool:
    return not _le(one, other)


@comparisons.add("ge", "value, value -> bool")
def _ge(one: Value, other: Value) -> bool:
    return not _less(one, other)
