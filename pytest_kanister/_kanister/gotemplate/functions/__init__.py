"""The functions that Kanister's templates may call, one module per family.

Every function is declared with its Go signature (`registry`), which drives the number of arguments,
their types and Go's complaints about them. May import the value modules beside this package, never
the executor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .builtins import builtins
from .compare import comparisons
from .crypto import crypto
from .dates import dates
from .defaults import defaults
from .dicts import dicts
from .encoding import encoding
from .environment import environment
from .escapes import escapes
from .lists import lists
from .numeric import numeric
from .paths import paths
from .randoms import randoms
from .regexes import regexes
from .semver import semvers
from .strings import strings
from .urls import urls
from .words import words

if TYPE_CHECKING:
    from .registry import Function

FUNCTIONS: dict[str, Function] = {
    name: function
    for family in (
        builtins,
        comparisons,
        escapes,
        crypto,
        dates,
        defaults,
        dicts,
        encoding,
        environment,
        lists,
        numeric,
        paths,
        randoms,
        regexes,
        semvers,
        strings,
        urls,
        words,
    )
    for name, function in family.functions.items()
}
"""By name; a later family replaces an earlier one's (sprig's `slice` the built-in one)."""
