"""What every table of alterations is made of: cases, suites, and how one case is judged.

A module of this folder named like a workload's kind offers `SUITE`; `__main__` and a test of
that workload run it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from pytest_kanister._data.proof import Diff, Snapshot, compare
from pytest_kanister._data.workloads import Workload

__all__ = ["FATES", "Case", "Hit", "Suite", "judged", "unproven"]

FATES = ("missing", "extra", "changed")

Hit = tuple[str, str]
"""(class of the inventory or `table`, fate), or (`type`, a column's type)."""


@dataclass(frozen=True)
class Case:
    """One alteration.

    Attributes:
        name: group and what was done.
        miss: what is wrong with what the proof said; empty: nothing.
        hits: everything that it named.
    """

    name: str
    miss: str
    hits: frozenset[Hit]


class Suite(Protocol):
    """All alterations of one kind of workload."""

    @property
    def workload(self) -> type[Workload]:
        """What they are done to; deployed without options."""
        ...

    def cases(self, server: Workload) -> Iterator[Case]:
        """Does one after the other; the server is the suite's alone."""
        ...

    def wanted(self, server: Workload) -> frozenset[Hit]:
        """Every class and fate and every column type that a case must have hit.

        Taken from a snapshot of the server, so that no class is forgotten.
        """
        ...


def judged(
    name: str, before: Snapshot, after: Snapshot, *, grades: tuple[str, ...], named: str
) -> Case:
    """Whether the difference is seen, graded so, and names the thing."""
    diff = compare(before, after, limit=1000)
    hits = {(item.kind, item.fate) for item in diff.objects.entries}
    hits |= {("table", table.fate) for table in diff.tables.entries}
    return Case(name, _miss(diff, grades, named), frozenset(hits))


def unproven(wanted: frozenset[Hit], cases: list[Case]) -> list[str]:
    """A line for each miss, and for each class or type that no case has hit."""
    lines = [f"MISS {case.name}: {case.miss}" for case in cases if case.miss]
    hits = {hit for case in cases for hit in case.hits}
    return lines + [f"NO CASE for {kind}: {fate}" for kind, fate in sorted(wanted - hits)]


def _miss(diff: Diff, grades: tuple[str, ...], named: str) -> str:
    if not diff:
        return "not seen"
    if diff.grades != grades:
        return f"graded {diff.grades}, expected {grades}:\n{diff}"
    return "" if named in str(diff) else f"expected {named!r}, found:\n{diff}"
