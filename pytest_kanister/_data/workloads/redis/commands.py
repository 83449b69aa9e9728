"""Lines of commands, quoted as redis-cli reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["commands", "words_of"]

_ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "b": b"\b", "a": b"\a"}
_WORD = re.compile(
    r"""\s*(?:
        "(?P<double>(?:[^"\\]|\\.)*)"(?=\s|$)
      | '(?P<single>(?:[^'\\]|\\.)*)'(?=\s|$)
      | (?P<bare>[^\s"']\S*)
    )""",
    re.VERBOSE,
)
_BACKSLASH = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")


def commands(script: str) -> Iterator[list[bytes]]:
    """Each line's words; empty lines and lines that begin with `#` are left out.

    Raises:
        UsageProblem: a quote that is not closed, with its line.
    """
    for number, line in enumerate(script.split("\n"), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                yield words_of(line)
            except ValueError as error:
                raise UsageProblem(f"line {number}: {error}") from None


def words_of(line: str) -> list[bytes]:
    r"""The words of one line: `SET "a \x00" 'it\'s' bare`.

    Raises:
        ValueError: a quote that is not closed.
    """
    words, at = [], 0
    line = line.rstrip()
    while at < len(line):
        match = _WORD.match(line, at)
        if match is None:
            raise ValueError(
                f"a quote is not closed, or stands inside of a word: {line[at:].strip()}"
            )
        at = match.end()
        if match["double"] is not None:
            words.append(_unescaped(match["double"]))
        elif match["single"] is not None:
            words.append(match["single"].replace("\\'", "'").encode())
        else:
            words.append(match["bare"].encode())
    return words


def _unescaped(text: str) -> bytes:
    found, at = b"", 0
    for match in _BACKSLASH.finditer(text):
        found += text[at : match.start()].encode()
        code = match[1]
        found += bytes([int(code[1:], 16)]) if len(code) == 3 else _ESCAPES.get(code, code.encode())
        at = match.end()
    return found + text[at:].encode()
