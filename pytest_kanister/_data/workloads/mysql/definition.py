"""SHOW CREATE TABLE, taken apart: the one place where MySQL says all of a table's definition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_kanister._data.proof.snapshot import Properties

__all__ = ["definition", "with_collations"]

_NAME = r"`((?:[^`]|``)*)`"
_COLUMN = re.compile(rf"{_NAME} (.*)", re.DOTALL)
_KEY_OR_CONSTRAINT = re.compile(rf"([A-Z ]*(?:KEY|CONSTRAINT)) {_NAME} ?(.*)", re.DOTALL)
_CHARSET = re.compile(r"^(?: CHARACTER SET \w+)?(?: COLLATE \w+)?")
_PRIMARY = re.compile(r"(PRIMARY KEY) (.*)", re.DOTALL)
_OPTION = re.compile(r"(\w+(?: \w+)*)=('(?:[^'\\]|''|\\.)*'|\S+)")


def definition(statement: str) -> Properties:
    """Properties by name: `column c`, `key k`, `constraint x`, `option ENGINE`, `partitions`.

    MySQL writes each column, key and constraint on a line of its own, escaping line ends inside
    of literals.  Nothing is dropped: a line of an unknown shape becomes a property of its own.
    """
    _, *lines = statement.split("\n")
    end = next((i for i, line in enumerate(lines) if line.startswith(")")), len(lines))
    found: Properties = {}
    for line in lines[:end]:
        name, text = _member(line.strip().removesuffix(","))
        found[name] = text
    if end < len(lines):
        found |= _options(lines[end].removeprefix(")"))
    rest = " ".join(line.strip() for line in lines[end + 1 :])
    return found | ({"partitions": rest} if rest else {})


def with_collations(
    found: Properties, columns: Iterable[tuple[str, str, str | None]]
) -> Properties:
    """The same with each column's collation as a property of its own.

    Whether SHOW CREATE TABLE says a column's character set and collation depends on how the
    column came to be: after a dump and restore the same column reads differently.

    Args:
        found: what `definition` gave.
        columns: name, type and collation as information_schema.COLUMNS has them.
    """
    settled = dict(found)
    for name, column_type, collation in columns:
        text = found.get(f"column {name}", "")
        if collation and text.startswith(column_type):
            rest = _CHARSET.sub("", text.removeprefix(column_type), count=1)
            settled[f"column {name}"] = column_type + rest
            settled[f"collation of {name}"] = collation
    return settled


def _member(text: str) -> tuple[str, str]:
    if match := _COLUMN.fullmatch(text):
        return f"column {_plain(match[1])}", match[2]
    if match := _PRIMARY.fullmatch(text):
        return match[1].lower(), match[2]
    if match := _KEY_OR_CONSTRAINT.fullmatch(text):
        return f"{match[1].lower()} {_plain(match[2])}", match[3]
    return text, "as written"


def _options(text: str) -> Properties:
    found = {f"option {name}": value for name, value in _OPTION.findall(text)}
    other = " ".join(_OPTION.sub("", text).split())
    return found | ({"other options": other} if other else {})


def _plain(name: str) -> str:
    return name.replace("``", "`")
