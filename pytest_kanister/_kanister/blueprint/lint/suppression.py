"""Comments that silence a rule: `# kanister-lint: disable=KB501 -- why`.

Such a comment at the end of a line speaks for that line, on a line of its own for the next line
that is not a comment; `disable-file=` speaks for the whole file.  The reason is not optional, and a
comment that silences nothing is a finding: what was mended must not stay excused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["VERBS", "Suppression", "read_suppressions"]

VERBS = ("disable", "disable-file")

_COMMENT = re.compile(
    r"#\s*kanister-lint:\s*(?P<verb>[\w-]*)\s*=?\s*(?P<codes>[A-Za-z0-9_,\s]*?)"
    r"\s*(?:--\s*(?P<reason>.*?))?\s*$"
)


@dataclass(frozen=True)
class Suppression:
    """One comment.

    Attributes:
        codes: the rules it silences.
        line: the line it speaks for; 0: the whole file.
        place: where it stands.
        reason: why; empty: it gives none, so it silences nothing.
        verb: `disable` or `disable-file`; anything else is a mistake.
    """

    codes: tuple[str, ...]
    line: int
    place: Place
    reason: str
    verb: str

    @property
    def is_valid(self) -> bool:
        """Whether it gives a reason and a known verb; else it silences nothing."""
        return bool(self.reason) and self.verb in VERBS

    def silences(self, code: str, line: int) -> bool:
        """Whether a finding of a rule at a line is meant."""
        return self.is_valid and code in self.codes and self.line in (0, line)


def read_suppressions(lines: Sequence[str]) -> Iterator[Suppression]:
    """Every such comment of a file."""
    for number, text in enumerate(lines, 1):
        found = _COMMENT.search(text) if "kanister-lint" in text else None
        if found is None:
            continue
        codes = tuple(code.upper() for code in re.split(r"[,\s]+", found["codes"]) if code)
        line = number
        if text.lstrip().startswith("#"):
            line = _next_statement(lines, number)
        if found["verb"] == "disable-file":
            line = 0
        place = Place(number, found.start() + 1, len(text.rstrip()) - found.start())
        yield Suppression(codes, line, place, found["reason"] or "", found["verb"])


def _next_statement(lines: Sequence[str], number: int) -> int:
    for following in range(number, len(lines)):
        text = lines[following].strip()
        if text and not text.startswith("#"):
            return following + 1
    return number
