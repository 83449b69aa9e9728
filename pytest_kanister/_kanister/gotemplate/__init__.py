"""Go's text/template with sprig 2.22.0's text functions, as Kanister sets them up.

`render(text, context)` renders one string of a Blueprint; `missingkey=error` and Kanister's
replacements of functions that are not FIPS compatible are always on. Errors are Go's own, word for
word (`TemplateError`), since Kanister itself reads them (`TemplateError.missing_key`).

What may live here: the template language, Go's formatting, JSON, times and regular expressions as
far as templates show them. Standard library only; no clock, environment, network or randomness of
its own (`World` brings them). May import nothing of pytest_kanister; `params`, `blueprint` and the
operator's functions import this package by its names below.

Contexts are Go values, for Go's types decide what a template may do with them. Declare the types
once and build values from plain data::

    types = TypeTable(
        {
            "param.TemplateParams": [                     # fields in declaration order:
                ("Options", "map[string]string", None),   # name, Go type, JSON tag
                ("Profile", "*param.Profile", None),
            ],
            "param.Profile": [("Kind", "v1.Kind", "kind,omitempty")],
        },
        named={"v1.Kind": "string"},      # a named type and what it is made of
        embedded={"ObjectMeta"},          # fields whose own fields are promoted
    )
    context = decode(types, "param.TemplateParams", {"Options": {"a": "b"}, "Profile": None})
    render("{{ .Options.a }}", context)   # -> "b"

`decode` takes dictionaries for structs and maps (absent fields are zero values, None is nil),
lists, scalars and bytes; under `interface {}` plain data as they are: None, bool, str, int (int64),
float (float64), bytes ([]byte), list ([]interface {}), dict (map[string]interface {}). A context
may also be such plain data directly. `set`, `unset` and `merge` change the dictionaries they are
given, as in Go: decode anew for each render that must not see another's changes.

Strings hold arbitrary bytes by surrogateescape, so encode outputs with it too. Nothing ever looks
up an attribute of a Python object. Whatever multiplies is capped (`limits`), regular expressions
run in linear time (`regexp`).
"""

from __future__ import annotations

from .api import check, render
from .decode import decode, decode_plain, zero
from .dialect import KANISTER, KUBECTL, LENIENT, Dialect
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
    "KANISTER",
    "KUBECTL",
    "LENIENT",
    "Dialect",
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
