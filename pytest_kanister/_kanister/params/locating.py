"""From the text of a template error back to the place in the args that were rendered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.gotemplate import TemplateError, check

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["locate_template_error"]

_Path = tuple[str | int, ...]
_HIDDEN_KEY = re.compile(r'Failed to render template: "((?:[^"\\]|\\.)*)" not found')
_GO_TEXT = re.compile(r"template: config:(\d+)(?::(\d+))?: (.*)", re.DOTALL)
_AT = re.compile(r'executing "[^"]*" at <(.*?)>: ', re.DOTALL)


def locate_template_error(args: Any, message: str) -> tuple[_Path, int, int] | None:
    """Which string of `args` failed, and where in it.

    Kanister's message hides Go's position when a key is missing: then the args are searched for
    the key.  With several candidates the first in the tree's order is taken.

    Args:
        args: the phase's args (or artifacts, or objects) as the Blueprint has them, unrendered.
        message: the ActionSet's error.message, or Go's own text.

    Returns:
        Path of keys and indexes, line (from 1) and column (from 1) inside the string; None when
        the message is no template error or nothing in the args fits it.
    """
    hidden = _HIDDEN_KEY.search(message)
    if hidden:
        return _find_key(args, hidden.group(1))
    found = _GO_TEXT.search(message)
    if found is None:
        return None
    line, column = int(found.group(1)), int(found.group(2) or 0)
    at = _AT.match(found.group(3))
    if at:
        return _find_node(args, line, column, at.group(1))
    return _find_parse_error(args, found.group(0), line)


def _strings(tree: Any, path: _Path = ()) -> Iterator[tuple[_Path, str]]:
    """Every string that holds an action, keys of maps included (under their own path)."""
    if isinstance(tree, str):
        if "{{" in tree:
            yield path, tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _strings(key, (*path, key))
            yield from _strings(value, (*path, key))
    elif isinstance(tree, list):
        for index, item in enumerate(tree):
            yield from _strings(item, (*path, index))


def _find_key(args: Any, key: str) -> tuple[_Path, int, int] | None:
    field = re.compile(rf"\.{re.escape(key)}(?![A-Za-z0-9_])")
    quoted = re.compile(f'["`]{re.escape(key)}["`]')
    for pattern in (field, quoted):
        for path, text in _strings(args):
            for action in re.finditer(r"\{\{.*?\}\}", text, re.DOTALL):
                hit = pattern.search(text, action.start(), action.end())
                if hit:
                    return (path, *_position(text, hit.start()))
    return None


def _find_node(args: Any, line: int, column: int, node: str) -> tuple[_Path, int, int] | None:
    # Go prints at most twenty characters of a long node and three dots.
    start = node.removesuffix("...")
    fitting = None
    for path, text in _strings(args):
        lines = text.split("\n")
        if len(lines) < line:
            continue
        place = _character(lines[line - 1], column)
        if fitting is None and start and start in text:
            fitting = (path, line, place + 1)
        if start and start.split(" ")[0] in lines[line - 1][max(0, place - len(start)) :]:
            return path, line, place + 1
    return fitting


def _find_parse_error(args: Any, go_text: str, line: int) -> tuple[_Path, int, int] | None:
    """Parsing needs no parameters, so the string that fails the same way is the one."""
    for path, text in _strings(args):
        try:
            check(text)
        except TemplateError as error:
            if error.phase == "parse" and go_text.startswith(error.text):
                source = text.split("\n")[line - 1] if text.count("\n") >= line - 1 else ""
                return path, line, source.find("{{") + 1 or 1
    return None


def _character(line: str, column: int) -> int:
    """Go's column counts bytes from 0; ours characters from 0."""
    return len(line.encode()[:column].decode(errors="ignore"))


def _position(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
