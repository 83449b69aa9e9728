"""Rendering a template text: parse (once per text), then execute."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .dialect import KANISTER, Dialect
from .exec import execute
from .parse import parse
from .world import World

if TYPE_CHECKING:
    from .nodes import Tree


@lru_cache(maxsize=512)
def _parsed(text: str, name: str, dialect: Dialect) -> dict[str, Tree]:
    return parse(text, name, dialect.functions)


def check(text: str, *, name: str = "config", dialect: Dialect = KANISTER) -> None:
    """Parse a template without rendering it.

    Args:
        text: the template.
        name: what errors call it.
        dialect: its functions.

    Raises:
        TemplateError: phase `parse`.
    """
    _parsed(text, name, dialect)


def render(
    text: str,
    context: object,
    *,
    world: World | None = None,
    name: str = "config",
    dialect: Dialect = KANISTER,
) -> str:
    """Render a template, by default as Kanister does (`missingkey=error`, sprig's functions).

    Args:
        text: the template.
        context: the dot: a Go value, see `values`.
        world: clock, environment, randomness, DNS and crypto; safe defaults where None.
        name: what errors call the template; Kanister says `config`.
        dialect: its functions, and what a missing key means.

    Returns:
        the output; bytes that are not UTF-8 are surrogate escapes in it.

    Raises:
        TemplateError: in Go's words; nothing of the output survives, as in Kanister.
    """
    trees = _parsed(text, name, dialect)
    return execute(trees, name, text, context, world or World(), dialect)
