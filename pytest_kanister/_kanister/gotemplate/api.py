"""Rendering a template text: parse (once per text), then execute."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .exec import execute
from .functions import FUNCTIONS
from .parse import parse
from .world import World

if TYPE_CHECKING:
    from .nodes import Tree


@lru_cache(maxsize=512)
def _parsed(text: str, name: str) -> dict[str, Tree]:
    return parse(text, name, FUNCTIONS)


def check(text: str, *, name: str = "config") -> None:
    """Parse a template without rendering it.

    Args:
        text: the template.
        name: what errors call it.

    Raises:
        TemplateError: phase `parse`.
    """
    _parsed(text, name)


def render(text: str, context: object, *, world: World | None = None, name: str = "config") -> str:
    """Render a template as Kanister does (`missingkey=error`, sprig 2.22.0's text functions).

    Args:
        text: the template.
        context: the dot: a Go value, see `values`.
        world: clock, environment, randomness, DNS and crypto; safe defaults where None.
        name: what errors call the template; Kanister says `config`.

    Returns:
        the output; bytes that are not UTF-8 are surrogate escapes in it.

    Raises:
        TemplateError: in Go's words; nothing of the output survives, as in Kanister.
    """
    return execute(_parsed(text, name), name, text, context, world or World())
