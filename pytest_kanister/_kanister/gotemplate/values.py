"""Go values as Python objects; every one of them knows its dynamic Go type.

====================  ==========================
Python                Go
====================  ==========================
None                  nil interface
bool                  bool
int                   int64
`Int(n, kind)`        any other integer kind
float, complex        float64, complex128
str                   string (arbitrary bytes by surrogateescape)
`NamedString`         a named type made of string
bytes                 []byte
list, `TypedSlice`    []interface {}, any other slice
dict, `TypedMap`      map[string]interface {}, any other map
`GoStruct`            a struct, fields in declaration order
`Ptr`, `NilPtr`       a pointer to a value, a nil pointer
====================  ==========================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from .types import BOOL, BUILTIN, BYTES, COMPLEX128, FLOAT64, INT64, LIST, MAP, STRING, GoType

if TYPE_CHECKING:
    from collections.abc import Callable


class Int(int):
    """An integer whose Go type is not int64: a literal, a length, an element of a `[]int`.

    Args:
        value: the number.
        kind: a Go type made of an integer, or its name: `int`, `uint8`, `time.Month`, …
    """

    go_type: GoType

    def __new__(cls, value: int, kind: str | GoType = "int") -> Self:
        made = super().__new__(cls, value)
        made.go_type = BUILTIN.type(kind) if isinstance(kind, str) else kind
        return made


class NamedString(str):
    """A string of a named type (`v1.SecretType`), which does not fit a `string` parameter."""

    __slots__ = ("go_type",)
    go_type: GoType

    def __new__(cls, go_type: GoType, text: str) -> Self:
        made = super().__new__(cls, text)
        made.go_type = go_type
        return made


class GoObject:
    """A value of a class of our own, which carries its Go type."""

    __slots__ = ("go_type",)
    go_type: GoType


class GoStruct(GoObject):
    """A struct value.

    Args:
        go_type: its type; of kind struct.
        values: field name to value, every field of the type present.
    """

    __slots__ = ("values",)

    def __init__(self, go_type: GoType, values: dict[str, object]) -> None:
        self.go_type = go_type
        self.values = values


class Ptr(GoObject):
    """A pointer to a value that is there.

    Args:
        go_type: the pointer's type, of kind ptr.
        target: what it points to.
    """

    __slots__ = ("target",)

    def __init__(self, go_type: GoType, target: object) -> None:
        self.go_type = go_type
        self.target = target


class NilPtr(GoObject):
    """A nil pointer of a known type.

    Args:
        go_type: the pointer's type, of kind ptr.
    """

    __slots__ = ()

    def __init__(self, go_type: GoType) -> None:
        self.go_type = go_type


class TypedMap(GoObject):
    """A map that is not `map[string]interface {}`, or that is nil.

    Args:
        go_type: of kind map.
        entries: key to value, or None for a nil map.
    """

    __slots__ = ("entries",)

    def __init__(self, go_type: GoType, entries: dict[Any, object] | None) -> None:
        self.go_type = go_type
        self.entries = entries


class TypedSlice(GoObject):
    """A slice that is neither `[]interface {}` nor `[]byte`, or that is nil.

    Args:
        go_type: of kind slice.
        items: the elements, or None for a nil slice.
    """

    __slots__ = ("items",)

    def __init__(self, go_type: GoType, items: list[object] | None) -> None:
        self.go_type = go_type
        self.items = items


class GoError(GoObject):
    """An `error` as a value (a panic's, a function's), not raised."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.go_type = BUILTIN.type("*errors.errorString")
        self.text = text


class Stringer:
    """A value whose type has Go's `String() string` method."""

    __slots__ = ()

    def go_string(self) -> str:
        """What the method returns."""
        raise NotImplementedError


class Marshaler:
    """A value whose type decides what JSON has of it."""

    __slots__ = ()

    def go_json(self) -> object:
        """A value to write in its stead."""
        raise NotImplementedError


class HasMethods:
    """A value whose Go type has methods that a template may call."""

    __slots__ = ()

    def go_methods(self) -> dict[str, tuple[str, Callable[..., object]]]:
        """Method name to (signature, callable), see `functions.registry`."""
        raise NotImplementedError


def type_of(value: object) -> GoType | None:
    """The dynamic Go type of a value; None for nil.

    Raises:
        TypeError: the object is none of the kinds that this module lists.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, GoObject | Int | NamedString):
        return value.go_type
    for python, go in _PLAIN:
        if isinstance(value, python):
            return go
    raise TypeError(f"{type(value).__name__} is no Go value; use those listed in gotemplate.values")


_PLAIN: tuple[tuple[type, GoType], ...] = (
    (str, STRING),
    (int, INT64),
    (float, FLOAT64),
    (dict, MAP),
    (list, LIST),
    (bytes, BYTES),
    (complex, COMPLEX128),
)


def kind_of(value: object) -> str:
    """The dynamic kind of a value as `reflect.Kind` prints it; `invalid` for nil."""
    go_type = type_of(value)
    return "invalid" if go_type is None else go_type.kind


def items_of(value: object) -> list[object]:
    """The elements of any slice as values (of []byte: uint8 numbers); nil has none."""
    if isinstance(value, list):
        return value
    if isinstance(value, bytes):
        return [Int(byte, "uint8") for byte in value]
    if isinstance(value, TypedSlice):
        return value.items or []
    raise TypeError(f"not a slice: {value!r}")


def entries_of(value: object) -> dict[Any, object]:
    """The entries of any map; nil has none."""
    if isinstance(value, dict):
        return value
    if isinstance(value, TypedMap):
        return value.entries or {}
    raise TypeError(f"not a map: {value!r}")


def to_bytes(text: str) -> bytes:
    """The bytes of a Go string."""
    return text.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    """The Go string of some bytes."""
    return data.decode("utf-8", "surrogateescape")


def slice_like(model: object, items: list[object]) -> object:
    """A slice of the same Go type as `model` with other elements."""
    if isinstance(model, list):
        return items
    if isinstance(model, bytes):
        return bytes(int(item) for item in items if isinstance(item, int))
    go_type = type_of(model)
    assert go_type is not None, "a slice has a type"
    if go_type == BYTES:
        return bytes(int(item) for item in items if isinstance(item, int))
    return TypedSlice(go_type, items)
