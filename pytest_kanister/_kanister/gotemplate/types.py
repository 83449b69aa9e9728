"""Go types: what a value's type is called, what it is made of, and what may be assigned to what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SIGNED = frozenset({"int", "int8", "int16", "int32", "int64"})
UNSIGNED = frozenset({"uint", "uint8", "uint16", "uint32", "uint64", "uintptr"})
FLOATS = frozenset({"float32", "float64"})
COMPLEXES = frozenset({"complex64", "complex128"})
BASIC_KINDS = SIGNED | UNSIGNED | FLOATS | COMPLEXES | {"bool", "string"}
NILABLE = frozenset({"chan", "func", "interface", "map", "ptr", "slice"})

_ALIASES = {
    "any": "interface {}",
    "interface{}": "interface {}",
    "byte": "uint8",
    "rune": "int32",
    "[]byte": "[]uint8",
}
_OPAQUE_STRUCTS = frozenset({"time.Time", "v1.Time", "reflect.Value"})
_OPAQUE_INTS = {"time.Month": "int", "time.Weekday": "int", "time.Duration": "int64"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct type, in declaration order.

    Attributes:
        name: Go name; unexported if it begins in lower case.
        type_name: Go type expression.
        json: the `json:"…"` tag's text, or None for a field without one.
        embedded: its fields are promoted to the struct that has it.
    """

    name: str
    type_name: str
    json: str | None
    embedded: bool


class GoType:
    """One Go type; two types are the same when their names are.

    Attributes:
        name: as `%T` prints it, e.g. `map[string]v1.Secret`.
        kind: as `reflect.Kind` prints it: `map`, `ptr`, `struct`, `int64`, …
        table: where the types that it is made of are declared.
    """

    def __init__(self, table: TypeTable, name: str, kind: str, underlying: str) -> None:
        self.name = name
        self.kind = kind
        self.table = table
        self._underlying = underlying

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GoType) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"GoType({self.name!r})"

    @cached_property
    def elem(self) -> GoType:
        """The element type of a pointer, slice or map."""
        if self.kind == "ptr":
            return self.table.type(self._underlying[1:])
        if self.kind == "slice":
            return self.table.type(self._underlying[2:])
        return self.table.type(_split_map(self._underlying)[1])

    @cached_property
    def key(self) -> GoType:
        """The key type of a map."""
        return self.table.type(_split_map(self._underlying)[0])

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields of a struct, in declaration order."""
        return self.table.struct_fields(self.name)

    def field_type(self, field: Field) -> GoType:
        """The type of one of this struct's fields."""
        return self.table.type(field.type_name)

    @property
    def is_interface(self) -> bool:
        """Whether values of this type are interface values."""
        return self.kind == "interface"

    def assignable_to(self, target: GoType) -> bool:
        """Go's assignability, as far as template parameters need it.

        Args:
            target: the parameter's type. Everything fits an empty interface; apart from that names
                must agree, or one of the two is unnamed and what they are made of is the same.
        """
        if self.name == target.name or target.name == "interface {}":
            return True
        if self.kind != target.kind or self.kind in BASIC_KINDS:
            return False
        one_is_unnamed = self._underlying == self.name or target._underlying == target.name
        return one_is_unnamed and self._underlying == target._underlying


class TypeTable:
    """Go types by name: the built-in ones, and those that a caller declares.

    Args:
        structs: struct name to its fields in declaration order: (field, Go type, JSON tag or None).
        named: named type to what it is made of, e.g. `{"v1.SecretType": "string"}`.
        embedded: names of fields that are embedded wherever they occur, e.g. `{"ObjectMeta"}`.
    """

    def __init__(
        self,
        structs: Mapping[str, Sequence[tuple[str, str, str | None]]] | None = None,
        named: Mapping[str, str] | None = None,
        embedded: Collection[str] = (),
    ) -> None:
        self._structs = {
            name: tuple(Field(f, _canonical(t), tag, f in embedded) for f, t, tag in fields)
            for name, fields in (structs or {}).items()
        }
        self._named = {**_OPAQUE_INTS, **{n: _canonical(t) for n, t in (named or {}).items()}}
        self._types: dict[str, GoType] = {}

    def type(self, expression: str) -> GoType:
        """The type that a Go type expression names.

        Args:
            expression: a named type, `*T`, `[]T`, `map[K]V`, `interface {}` or a basic type.

        Raises:
            ValueError: nobody declared a type of that name.
        """
        name = _canonical(expression)
        found = self._types.get(name)
        if found is None:
            underlying = self._named.get(name, name)
            found = GoType(self, name, self._kind(name, underlying), underlying)
            self._types[name] = found
        return found

    def struct_fields(self, name: str) -> tuple[Field, ...]:
        """The fields of the struct type `name`; empty for a struct whose inside is not modelled."""
        return self._structs.get(name, ())

    def _kind(self, name: str, underlying: str) -> str:
        if underlying in BASIC_KINDS:
            return underlying
        if underlying.startswith("*"):
            return "ptr"
        if underlying.startswith("[]"):
            return "slice"
        if underlying.startswith("map["):
            return "map"
        if underlying == "interface {}" or underlying == "error":
            return "interface"
        if underlying.startswith("func("):
            return "func"
        if name in self._structs or name in _OPAQUE_STRUCTS:
            return "struct"
        raise ValueError(
            f"unknown Go type {name!r}; declared are {', '.join(sorted(self._structs)) or 'none'}"
        )


def _canonical(expression: str) -> str:
    text = expression.strip()
    if text in _ALIASES:
        return _ALIASES[text]
    if text.startswith("*"):
        return "*" + _canonical(text[1:])
    if text.startswith("[]"):
        return "[]" + _canonical(text[2:])
    if text.startswith("map["):
        key, elem = _split_map(text)
        return f"map[{_canonical(key)}]{_canonical(elem)}"
    return text


def _split_map(text: str) -> tuple[str, str]:
    depth = 0
    for index, character in enumerate(text):
        if character == "[":
            depth += 1
        elif character == "]":
            depth -= 1
            if depth == 0:
                return text[4:index], text[index + 1 :]
    raise ValueError(f"not a Go map type: {text!r}")


BUILTIN = TypeTable(
    {
        "semver.Version": [
            ("major", "int64", None),
            ("minor", "int64", None),
            ("patch", "int64", None),
            ("pre", "string", None),
            ("metadata", "string", None),
            ("original", "string", None),
        ],
        "sprig.certificate": [("Cert", "string", None), ("Key", "string", None)],
    }
)
ANY = BUILTIN.type("interface {}")
BOOL = BUILTIN.type("bool")
STRING = BUILTIN.type("string")
INT = BUILTIN.type("int")
INT64 = BUILTIN.type("int64")
FLOAT64 = BUILTIN.type("float64")
COMPLEX128 = BUILTIN.type("complex128")
BYTES = BUILTIN.type("[]uint8")
LIST = BUILTIN.type("[]interface {}")
MAP = BUILTIN.type("map[string]interface {}")
TIME = BUILTIN.type("time.Time")
REFLECT_VALUE = BUILTIN.type("reflect.Value")
