"""A rule, a finding, a place: values without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_kanister._kanister.blueprint.lint.view import View

__all__ = ["Finding", "Place", "Problem", "Rule", "Severity"]

Severity = Literal["error", "warning", "note"]
"""error: the action fails, or a backup loses data unseen; warning: it does under circumstances
that happen; note: worth knowing.  The words are SARIF's levels."""


@dataclass(frozen=True, order=True)
class Place:
    """A stretch of a file.

    Attributes:
        line: 1-based.
        column: 1-based.
        length: characters of that line, at least 1.
    """

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True)
class Problem:
    """What a rule saw, before it is known which file and rule it was.

    Attributes:
        place: where.
        message: what is there and what follows from it, in one line.
    """

    place: Place
    message: str


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        code: `KB501`; never used again for another rule.
        name: words joined by dashes.
        severity: of all its findings.
        summary: what is wrong, in one line.
        why: what happens because of it; a Kanister, shell or database behaviour.
        remedy: what to write instead.
        bad: a whole Blueprint in which it finds something.
        good: one in which no rule finds anything.
        needs_shell: whether it looks at parsed scripts.
        check: yields its problems.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    remedy: str
    bad: str = field(repr=False)
    good: str = field(repr=False)
    needs_shell: bool
    check: Callable[[View], Iterator[Problem]] = field(repr=False)


@dataclass(frozen=True)
class Finding:
    """One rule's word about one place.

    Attributes:
        rule: the rule.
        file: as the caller named it.
        place: the first place.
        message: what is there.
        also: further lines of the same script with the same problem.
    """

    rule: Rule
    file: str
    place: Place
    message: str
    also: tuple[int, ...] = ()

    @property
    def where(self) -> str:
        """`file:line:column`."""
        return f"{self.file}:{self.place.line}:{self.place.column}"
