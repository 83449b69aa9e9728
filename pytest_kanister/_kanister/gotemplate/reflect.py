"""What Go's `reflect` offers to the engine: a value together with its static type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .decode import zero
from .errors import FunctionError
from .types import ANY, GoType
from .values import (
    GoStruct,
    Int,
    NilPtr,
    Ptr,
    TypedMap,
    TypedSlice,
    entries_of,
    items_of,
    kind_of,
    to_bytes,
    type_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Value:
    """Go's `reflect.Value`.

    Attributes:
        obj: the Go value, see `values`.
        boxed: it sits in an `interface {}`, so its static type is that.
    """

    __slots__ = ("boxed", "obj")

    def __init__(self, obj: object, *, boxed: bool = False) -> None:
        self.obj = obj
        self.boxed = boxed

    @property
    def is_valid(self) -> bool:
        """False for Go's zero `reflect.Value`: no value at all."""
        return self.boxed or self.obj is not None

    @property
    def kind(self) -> str:
        """The static kind; `interface` for a boxed value, `invalid` for none."""
        return "interface" if self.boxed else kind_of(self.obj)

    @property
    def type(self) -> GoType:
        """The static type."""
        found = ANY if self.boxed else type_of(self.obj)
        assert found is not None, "asked the type of an invalid value"
        return found

    @property
    def is_nil(self) -> bool:
        """Go's `IsNil` for whatever may be nil, false for the rest."""
        return is_nil(self.obj)


INVALID: Final = Value(None)
MISSING: Final = Value(None)
"""Marks that a pipeline's stage got no final argument."""


def is_nil(obj: object) -> bool:
    """Whether the value is nil: no value, a nil pointer, map or slice."""
    return (
        obj is None
        or isinstance(obj, NilPtr)
        or (isinstance(obj, TypedMap) and obj.entries is None)
        or (isinstance(obj, TypedSlice) and obj.items is None)
    )


def unbox(value: Value) -> Value:
    """What is in an interface; other values as they are."""
    return Value(value.obj) if value.boxed else value


def indirect(value: Value) -> tuple[Value, bool]:
    """Follow interfaces and pointers; true if it ended at a nil one (then that is returned)."""
    while True:
        if value.boxed:
            if value.obj is None:
                return value, True
            value = Value(value.obj)
        elif isinstance(value.obj, NilPtr):
            return value, True
        elif isinstance(value.obj, Ptr):
            value = Value(value.obj.target)
        else:
            return value, False


def truth(obj: object) -> bool:
    """Go's `template.IsTrue`: not the zero value; structs are always true."""
    if obj is None or is_nil(obj):
        return False
    kind = kind_of(obj)
    if kind in ("map", "slice", "string"):
        return length(obj) > 0
    if kind in ("struct", "ptr", "func"):
        return True
    return bool(obj)


def length(obj: object) -> int:
    """Go's `len` of a string (in bytes), slice or map."""
    if isinstance(obj, str):
        return len(to_bytes(obj))
    if isinstance(obj, bytes):
        return len(obj)
    if isinstance(obj, dict | TypedMap):
        return len(entries_of(obj))
    return len(items_of(obj))


def element(container: object, obj: object) -> Value:
    """An element of a slice or map, with its static type."""
    go_type = type_of(container)
    return Value(obj, boxed=go_type is not None and go_type.elem.is_interface)


def zero_element(container: object) -> Value:
    """The zero value of a slice's or map's elements."""
    go_type = type_of(container)
    assert go_type is not None, "a container has a type"
    return Value(zero(go_type.elem), boxed=go_type.elem.is_interface)


def map_key(container: object, key: object) -> Value:
    """A key of a map, with its static type."""
    go_type = type_of(container)
    return Value(_typed_key(go_type, key))


def _typed_key(go_type: GoType | None, key: object) -> object:
    if go_type is not None and isinstance(key, int) and not isinstance(key, Int | bool):
        return key if go_type.key.name == "int64" else Int(key, go_type.key)
    return key


def sorted_entries(container: object) -> Iterator[tuple[Value, Value]]:
    """Keys and values of a map in the order in which `fmt` prints and `range` visits them."""
    entries = entries_of(container)
    for key in sorted(entries, key=_key_order):
        yield map_key(container, key), element(container, entries[key])


def _key_order(key: object) -> tuple[int, object]:
    if isinstance(key, str):
        return (1, to_bytes(key))
    return (0, key)


def map_index(container: object, key: object) -> Value | None:
    """The entry of a key; None if there is none."""
    entries = entries_of(container)
    return element(container, entries[key]) if key in entries else None


def struct_field(struct: GoStruct, name: str) -> Value | None:
    """A field or promoted field by its name; None if the type has none.

    Raises:
        FunctionError: it is unexported.
    """
    level = [struct]
    while level:
        deeper: list[GoStruct] = []
        for one in level:
            for field in one.go_type.fields:
                if field.name == name:
                    if not name[:1].isupper():
                        raise FunctionError("unexported")
                    boxed = one.go_type.field_type(field).is_interface
                    return Value(one.values[name], boxed=boxed)
                inner = one.values[field.name]
                if field.embedded and isinstance(inner, Ptr):
                    inner = inner.target
                if field.embedded and isinstance(inner, GoStruct):
                    deeper.append(inner)
        level = deeper
    return None


def has_field(go_type: GoType, name: str) -> bool:
    """Whether a struct type has a field or promoted field of that name."""
    if any(field.name == name for field in go_type.fields):
        return True
    return any(
        has_field(go_type.field_type(field), name) for field in go_type.fields if field.embedded
    )
