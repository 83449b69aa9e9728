"""The two functions that `kubectl get -o go-template` has besides Go's own."""

from __future__ import annotations

from ..errors import FunctionError
from ..reflect import Value, indirect, length, map_index
from ..types import STRING
from ..values import kind_of
from .encoding import base64_problem, decode_base64
from .registry import Family

kubectl = Family()


@kubectl.add("exists", "any, ...any -> bool")
def _exists(item: object, *indexes: object) -> bool:
    """Whether `index` with the same arguments would find something that is not nil."""
    for index in indexes:
        found, nil = indirect(Value(item))
        if nil or not found.is_valid:
            return False
        item = found.obj
        if kind_of(item) == "map":
            if not isinstance(index, str) or not STRING.assignable_to(found.type.key):
                return False
            entry = map_index(item, index)
            item = None if entry is None else entry.obj
        elif kind_of(item) in ("slice", "string"):
            if not isinstance(index, int) or isinstance(index, bool):
                return False
            if not 0 <= index < length(item):
                return False
            item = item[index] if isinstance(item, list | str) else None
        else:
            return False
    return item is not None


@kubectl.add("base64decode", "string -> string")
def _base64decode(text: str) -> str:
    problem = base64_problem(text)
    if problem:
        raise FunctionError(f"base64 decode failed: {problem}")
    return decode_base64(text)
