"""Go's text/template with sprig 2.22.0's functions, as Kanister sets them up."""

from __future__ import annotations

from .api import check, render
from .decode import decode, decode_plain, zero
from .errors import TemplateError
from .functions import FUNCTIONS
from .types import TypeTable
from .values import (
    GoStruct,
    Int,
    NamedString,
    NilPtr,
    Ptr,
    TypedMap,
    TypedSlice,
)
from .world import World

__all__ = [
    "FUNCTIONS",
    "GoStruct",
    "Int",
    "NamedString",
    "NilPtr",
    "Ptr",
    "TemplateError",
    "TypeTable",
    "TypedMap",
    "TypedSlice",
    "World",
    "check",
    "decode",
    "decode_plain",
    "render",
    "zero",
]
