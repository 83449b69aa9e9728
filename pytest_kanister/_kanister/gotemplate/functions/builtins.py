"""The functions of text/template itself, apart from comparisons and escapes."""

from __future__ import annotations

from ..errors import FunctionError
from ..format import sprint, sprintln
from ..printf import sprintf
from ..reflect import (
    INVALID,
    Value,
    element,
    indirect,
    is_nil,
    length,
    map_index,
    truth,
    unbox,
    zero_element,
)
from ..types import SIGNED, UNSIGNED, GoType
from ..values import Int, TypedSlice, items_of, slice_like, to_bytes
from .registry import Family

builtins = Family()


@builtins.add("and or", "value, ...value -> value")
def _short_circuit(*_: Value) -> Value:
    raise AssertionError("exec evaluates and, or itself")


@builtins.add("not", "value -> bool")
def _not(value: Value) -> bool:
    return not truth(value.obj)


@builtins.add("print", "...any -> string")
def _print(*args: object) -> str:
    return sprint(*args)


@builtins.add("println", "...any -> string")
def _println(*args: object) -> str:
    return sprintln(*args)


@builtins.add("printf", "string, ...any -> string")
def _printf(form: str, *args: object) -> str:
    return sprintf(form, *args)


@builtins.add("len", "value -> int")
def _len(item: Value) -> int:
    item, nil = indirect(item)
    if nil:
        raise FunctionError("len of nil pointer")
    if not item.is_valid:
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    if item.kind not in ("map", "slice", "string"):
        raise FunctionError(f"len of type {item.type.name}")
    return length(item.obj)


@builtins.add("index", "value, ...value -> value")
def _index(item: Value, *indexes: Value) -> Value:
    item = unbox(item)
    if not item.is_valid:
        raise FunctionError("index of untyped nil")
    for index in indexes:
        item, nil = indirect(item)
        if nil:
            raise FunctionError("index of nil pointer")
        item = _index_one(item, unbox(index))
    return item


def _index_one(item: Value, index: Value) -> Value:
    if item.kind in ("slice", "string"):
        at = _index_argument(index, length(item.obj))
        if isinstance(item.obj, str):
            data = to_bytes(item.obj)
            if at >= len(data):
                raise FunctionError("reflect: string index out of range")
            return Value(Int(data[at], "uint8"))
        items = items_of(item.obj)
        if at >= len(items):
            raise FunctionError("reflect: slice index out of range")
        return element(item.obj, items[at])
    if item.kind == "map":
        key = prepare_argument(index, item.type.key)
        found = map_index(item.obj, key)
        return zero_element(item.obj) if found is None else found
    raise FunctionError(f"can't index item of type {item.type.name}")


def _index_argument(index: Value, capacity: int) -> int:
    if not index.is_valid:
        raise FunctionError("cannot index slice/array with nil")
    if index.kind not in SIGNED and index.kind not in UNSIGNED:
        raise FunctionError(f"cannot index slice/array with type {index.type.name}")
    assert isinstance(index.obj, int)
    if not 0 <= index.obj <= capacity:
        raise FunctionError(f"index out of range: {int(index.obj)}")
    return int(index.obj)


def prepare_argument(value: Value, go_type: GoType) -> object:
    """An argument as a value of a type; only integers are converted.

    Raises:
        FunctionError: it is of another type.
    """
    if not value.is_valid:
        if go_type.kind in ("interface", "map", "ptr", "slice", "func"):
            return None
        raise FunctionError(f"value is nil; should be of type {go_type.name}")
    if value.type.assignable_to(go_type):
        return value.obj
    whole = SIGNED | UNSIGNED
    if value.kind in whole and go_type.kind in whole:
        return value.obj
    raise FunctionError(f"value has type {value.type.name}; should be {go_type.name}")


@builtins.add("slice", "value, ...value -> value")
def _slice(item: Value, *indexes: Value) -> Value:
    """Hidden by sprig's function of that name in Kanister; text/template's own."""
    item = unbox(item)
    if not item.is_valid:
        raise FunctionError("slice of untyped nil")
    item, nil = indirect(item)
    if nil:
        raise FunctionError("slice of nil pointer")
    if len(indexes) > 3:
        raise FunctionError(f"too many slice indexes: {len(indexes)}")
    if item.kind not in ("string", "slice"):
        raise FunctionError(f"can't slice item of type {item.type.name}")
    if isinstance(item.obj, str) and len(indexes) == 3:
        raise FunctionError("cannot 3-index slice a string")
    size = length(item.obj)
    bounds = [0, size, size]
    for place, index in enumerate(indexes):
        bounds[place] = _index_argument(unbox(index), size)
    for low, high in ((bounds[0], bounds[1]), (bounds[1], bounds[2])):
        if low > high:
            raise FunctionError(f"invalid slice index: {low} > {high}")
    if isinstance(item.obj, str):
        data = to_bytes(item.obj)[bounds[0] : bounds[1]]
        return Value(data.decode("utf-8", "surrogateescape"))
    if isinstance(item.obj, TypedSlice) and is_nil(item.obj):
        return item
    return Value(slice_like(item.obj, items_of(item.obj)[bounds[0] : bounds[1]]))


def call(shown: str, function: Value) -> Value:
    """`call f args…`: no value here is a function, so this is always an error.

    Args:
        shown: how the template writes the function.
        function: what it evaluated to.

    Raises:
        FunctionError: always.
    """
    function = unbox(function)
    if not function.is_valid:
        raise FunctionError("call of nil")
    raise FunctionError(f"non-function {shown} of type {function.type.name}")


@builtins.add("call", "value, ...value -> value")
def _call(*_: Value) -> Value:
    return INVALID
