"""Sprig's functions about emptiness, types and control, `fail` among them."""

from __future__ import annotations

from ..errors import FunctionError
from ..values import kind_of, type_of
from .equality import deep_equal
from .lists import is_empty
from .registry import Family

defaults = Family()


@defaults.add("default", "any, ...any -> any")
def _default(fallback: object, *given: object) -> object:
    return fallback if not given or is_empty(given[0]) else given[0]


@defaults.add("empty", "any -> bool")
def _empty(value: object) -> bool:
    return is_empty(value)


@defaults.add("coalesce", "...any -> any")
def _coalesce(*values: object) -> object:
    return next((value for value in values if not is_empty(value)), None)


@defaults.add("ternary", "any, any, bool -> any")
def _ternary(yes: object, no: object, condition: object) -> object:
    return yes if condition else no


@defaults.add("deepEqual", "any, any -> bool")
def _deep_equal(one: object, other: object) -> bool:
    return deep_equal(one, other)


@defaults.add("typeOf", "any -> string")
def _type_of(value: object) -> str:
    go_type = type_of(value)
    return "<nil>" if go_type is None else go_type.name


@defaults.add("typeIs", "string, any -> bool")
def _type_is(target: str, value: object) -> bool:
    return target == _type_of(value)


@defaults.add("typeIsLike", "string, any -> bool")
def _type_is_like(target: str, value: object) -> bool:
    return _type_of(value) in (target, "*" + target)


@defaults.add("kindOf", "any -> string")
def _kind_of(value: object) -> str:
    return kind_of(value)


@defaults.add("kindIs", "string, any -> bool")
def _kind_is(target: str, value: object) -> bool:
    return target == kind_of(value)


@defaults.add("fail", "string -> string")
def _fail(message: str) -> str:
    raise FunctionError(message)
