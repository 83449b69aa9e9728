"""The functions that Kanister's templates may call, one module per family.

Every function is declared with its Go signature (`registry`), which drives the number of arguments,
their types and Go's complaints about them. May import the value modules beside this package, never
the executor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .builtins import builtins
from .compare import comparisons
from .dates import dates
from .encoding import encoding
from .strings import strings

if TYPE_CHECKING:
    from .registry import Function

FUNCTIONS: dict[str, Function] = {
    name: function
    for family in (builtins, comparisons, dates, encoding, strings)
    for name, function in family.functions.items()
}
"""By name; a later family replaces an earlier one's (sprig's `slice` the built-in one)."""
