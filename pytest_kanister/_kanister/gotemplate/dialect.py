"""What a template may call and what a missing key means: Kanister's way, kubectl's way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .functions import FUNCTIONS
from .functions.builtins import builtins
from .functions.compare import comparisons
from .functions.escapes import escapes
from .functions.kubectl import kubectl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .functions.registry import Function

__all__ = ["KANISTER", "KUBECTL", "LENIENT", "Dialect"]


@dataclass(frozen=True, eq=False)
class Dialect:
    """How one kind of templates is set up.

    Attributes:
        functions: by name.
        missing: Go's option `missingkey`: `error`; `zero` gives the zero value of the map's
            elements; `default` gives no value, whose fields are no value either.
    """

    functions: Mapping[str, Function]
    missing: Literal["default", "error", "zero"]


KANISTER = Dialect(FUNCTIONS, "error")
"""Blueprints."""

LENIENT = Dialect(FUNCTIONS, "zero")
"""Conditions of the function Wait."""

KUBECTL = Dialect(
    {
        **builtins.functions,
        **comparisons.functions,
        **escapes.functions,
        **kubectl.functions,
    },
    "default",
)
"""`kubectl get -o go-template`: Go's own functions and two more; no sprig."""
