"""From the tree of a regular expression to the program that the machine runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from .tree import CharSet, Choice, Empty, Group, Node, Repeat, Sequence

LONGEST_PROGRAM = 10_000


class TooLarge(Exception):
    """The expression's repetitions multiply to more than this machine will hold."""


@dataclass(slots=True)
class Instruction:
    """One instruction.

    Attributes:
        operation: `set`, `split`, `jump`, `save`, `assert` or `match`.
        chars: of `set`.
        assertion: of `assert`.
        slot: of `save`.
        first: where to go on (of `split`: where first).
        second: of `split`.
    """

    operation: str
    chars: CharSet | None = None
    assertion: str = ""
    slot: int = 0
    first: int = 0
    second: int = 0


@dataclass(slots=True)
class Program:
    """Instructions, of which the first is the beginning; and how many positions they save."""

    instructions: list[Instruction] = field(default_factory=list)
    slots: int = 2


def compile_tree(node: Node, captures: int) -> Program:
    """Compile an expression so that slot 0 and 1 hold the whole match.

    Raises:
        TooLarge: the program would be too long.
    """
    program = Program(slots=2 * (captures + 1))
    _Compiler(program).compile(Group(0, node))
    program.instructions.append(Instruction("match"))
    return program


class _Compiler:
    def __init__(self, program: Program) -> None:
        self._code = program.instructions

    def _emit(self, instruction: Instruction) -> int:
        if len(self._code) >= LONGEST_PROGRAM:
            raise TooLarge
        self._code.append(instruction)
        at = len(self._code) - 1
        instruction.first = at + 1
        return at

    def compile(self, node: Node) -> None:
        """Append the instructions of a node; control goes on behind them."""
        match node:
            case CharSet():
                self._emit(Instruction("set", chars=node))
            case Empty():
                if node.assertion:
                    self._emit(Instruction("assert", assertion=node.assertion))
            case Group():
                self._emit(Instruction("save", slot=2 * node.index))
                self.compile(node.inner)
                self._emit(Instruction("save", slot=2 * node.index + 1))
            case Sequence():
                for part in node.parts:
                    self.compile(part)
            case Choice():
                self._choice(node)
            case Repeat():
                self._repeat(node)

    def _choice(self, node: Choice) -> None:
        jumps: list[int] = []
        for option in node.options[:-1]:
            split = self._emit(Instruction("split"))
            self.compile(option)
            jumps.append(self._emit(Instruction("jump")))
            self._code[split].second = len(self._code)
        self.compile(node.options[-1])
        for jump in jumps:
            self._code[jump].first = len(self._code)

    def _repeat(self, node: Repeat) -> None:
        if node.most is None:
            self._unbounded(node)
            return
        for _ in range(node.least):
            self.compile(node.inner)
        skips: list[int] = []
        for _ in range(node.most - node.least):
            skips.append(self._emit(Instruction("split")))
            self.compile(node.inner)
        for skip in skips:
            self._branch(skip, len(self._code), greedy=node.greedy)

    def _unbounded(self, node: Repeat) -> None:
        """`x*` of an x that may be empty is `(x+)?`, which keeps Go's order of preference."""
        if node.least == 0 and not _nullable(node.inner):
            split = self._emit(Instruction("split"))
            self.compile(node.inner)
            self._code[self._emit(Instruction("jump"))].first = split
            self._branch(split, len(self._code), greedy=node.greedy)
            return
        skip = self._emit(Instruction("split")) if node.least == 0 else None
        for _ in range(node.least - 1):
            self.compile(node.inner)
        start = len(self._code)
        self.compile(node.inner)
        again = self._emit(Instruction("split"))
        self._code[again].first, self._code[again].second = start, again + 1
        if not node.greedy:
            self._code[again].first, self._code[again].second = again + 1, start
        if skip is not None:
            self._branch(skip, len(self._code), greedy=node.greedy)

    def _branch(self, split: int, other: int, *, greedy: bool) -> None:
        instruction = self._code[split]
        instruction.second = other
        if not greedy:
            instruction.first, instruction.second = other, split + 1


def _nullable(node: Node) -> bool:
    """Whether it can match the empty text."""
    match node:
        case CharSet():
            return False
        case Group():
            return _nullable(node.inner)
        case Sequence():
            return all(map(_nullable, node.parts))
        case Choice():
            return any(map(_nullable, node.options))
        case Repeat():
            return node.least == 0 or _nullable(node.inner)
    return True
