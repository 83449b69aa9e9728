"""SQL scripts taken apart into statements, as the mysql client does it.

The server could take several statements at once, but then stores the text of a trigger with the
`;` that ends it, and mysqldump makes a dump of that which cannot be restored: seen with 9.7.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["makes_program", "statements"]

_COMMENT = r"--(?=\s|$)[^\n]* | \#[^\n]* | /\*(?!!).*?\*/"  # /*! … */ is code for MySQL
_DELIMITER = re.compile(r"delimiter[ \t]+(\S+)[^\n]*", re.IGNORECASE)
_BLANK = re.compile(rf"\s+ | {_COMMENT}", re.DOTALL | re.VERBOSE)
_TOKEN = re.compile(
    rf"""
    '(?:[^'\\]++|\\.|'')*+' | "(?:[^"\\]++|\\.|"")*+" | `(?:[^`]++|``)*+` | {_COMMENT}
    | (?P<word> [\w$@]+ )
    | .
    """,
    re.DOTALL | re.VERBOSE,
)
_PROGRAMS = {"PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"}
_OWN_END = {"IF", "LOOP", "WHILE", "REPEAT"}


def statements(script: str) -> Iterator[str]:
    """Statements in order, without their delimiters and the comments before them.

    DELIMITER lines work as in the mysql client.  Unlike there, `;` inside of BEGIN … END in a
    CREATE of a routine, trigger or event does not end the statement.
    """
    delimiter, at = ";", 0
    while at < len(script):
        if blank := _BLANK.match(script, at):
            at = blank.end()
        elif line := _DELIMITER.match(script, at):
            delimiter, at = line[1], line.end()
        else:
            end = _end(script, at, delimiter)
            if end > at:
                yield script[at:end].rstrip()
            at = end + len(delimiter)


def makes_program(statement: str) -> bool:
    """Whether a statement creates a routine, trigger or event."""
    words = [match["word"].upper() for match in _TOKEN.finditer(statement) if match["word"]]
    return words[:1] == ["CREATE"] and not _PROGRAMS.isdisjoint(words)


def _end(script: str, at: int, delimiter: str) -> int:
    """Where the statement that begins at `at` ends: at its delimiter or at the script's end."""
    words: set[str] = set()
    first = before = ""
    depth = 0
    while at < len(script):
        if not depth and script.startswith(delimiter, at):
            return at
        token = _TOKEN.match(script, at)
        assert token is not None  # its last branch takes anything
        at = token.end()
        if token["word"] is None:
            continue
        word = token["word"].upper()
        first = first or word
        words.add(word)
        if before == "END":
            pass  # END CASE, END IF …: the second word opens nothing
        elif word == "BEGIN":
            depth += delimiter == ";" and first == "CREATE" and not words.isdisjoint(_PROGRAMS)
        elif word == "CASE":
            depth += depth > 0
        if word == "END":
            depth -= depth > 0 and not _ends_own(script, at)
        before = word
    return at


def _ends_own(script: str, at: int) -> bool:
    """Whether the END before `at` is one of an IF or a loop, which are not counted."""
    following = re.compile(r"\s*(\w+)").match(script, at)
    return following is not None and following[1].upper() in _OWN_END
