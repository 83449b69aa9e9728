"""tree-sitter's grammar of bash (the extra `lint`): the one module that imports it, when asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pytest_kanister.errors import EnvironmentProblem

__all__ = ["is_available", "parse_bash", "require"]


@lru_cache(maxsize=1)
def _parser() -> Any:
    from tree_sitter import Language, Parser
    from tree_sitter_bash import language

    return Parser(Language(language()))


def is_available() -> bool:
    """Whether the extra `lint` is installed."""
    try:
        _parser()
    except ImportError:
        return False
    return True


def require() -> None:
    """Asks for the parser.

    Raises:
        EnvironmentProblem: tree-sitter is not installed.
    """
    if not is_available():
        raise EnvironmentProblem(
            "scripts cannot be read: tree-sitter and tree-sitter-bash are not installed",
            remedies=[
                "install the extra: pip install 'pytest-kanister[lint]'",
                "give up the rules that read scripts: pytest-kanister lint --without-shell",
            ],
        )


def parse_bash(text: str) -> Any:
    """The root node of a script's tree; offsets in it are those of the text.

    Args:
        text: the script, ASCII.

    Raises:
        EnvironmentProblem: tree-sitter is not installed.
    """
    require()
    return _parser().parse(_unnested(text).encode("ascii")).root_node


def _unnested(text: str) -> str:
    """What the grammar misreads, in other words of the same length.

    `$((list) 2>&1)` is a subshell in a substitution, not arithmetic; `<>` is a redirection.
    """
    text = text.replace("<>", "< ")
    at = text.find("$((")
    while at >= 0:
        depth, close = 0, at + 2
        inner = -1
        while close < len(text):
            depth += {"(": 1, ")": -1}.get(text[close], 0)
            if depth == 0 and inner < 0:
                inner = close
                break
            close += 1
        if inner >= 0 and text[inner + 1 : inner + 2] != ")":
            text = text[: at + 2] + " " + text[at + 3 : inner] + " " + text[inner + 1 :]
        at = text.find("$((", at + 3)
    return text
