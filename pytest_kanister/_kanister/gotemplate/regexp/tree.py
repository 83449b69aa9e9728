"""What a regular expression consists of."""

from __future__ import annotations

from dataclasses import dataclass, field


class Node:
    """Anything in the tree."""

    __slots__ = ()


@dataclass(slots=True)
class CharSet(Node):
    """One character out of ranges of code points."""

    ranges: list[tuple[int, int]]
    negated: bool = False
    fold: bool = False
    categories: list[tuple[str, bool]] = field(default_factory=list)


@dataclass(slots=True)
class Empty(Node):
    """Nothing, or a position: `start`, `end`, `line-start`, `line-end`, `word`, `no-word`."""

    assertion: str = ""


@dataclass(slots=True)
class Group(Node):
    """A capture."""

    index: int
    inner: Node


@dataclass(slots=True)
class Sequence(Node):
    """One after another."""

    parts: list[Node]


@dataclass(slots=True)
class Choice(Node):
    """The first that fits."""

    options: list[Node]


@dataclass(slots=True)
class Repeat(Node):
    """Some number of times; `most` None for any number."""

    inner: Node
    least: int
    most: int | None
    greedy: bool
