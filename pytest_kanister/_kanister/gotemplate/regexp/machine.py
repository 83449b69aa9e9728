"""Running a program: all threads side by side, each place of the text looked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..quoting import is_escaped_byte
from .syntax import in_set

if TYPE_CHECKING:
    from ..limits import Meter
    from .program import Instruction, Program

Captures = tuple[int, ...]
"""Positions per slot, -1 where a group took no part."""


class Machine:
    """A compiled program, ready to be run over texts.

    Args:
        program: what to run.
    """

    def __init__(self, program: Program) -> None:
        self._code = program.instructions
        self._slots = program.slots
        self._known: list[dict[str, bool]] = [{} for _ in self._code]

    def match(self, text: str, start: int, meter: Meter) -> Captures | None:
        """The leftmost match that begins at `start` or later, the preferred one of its place.

        Args:
            text: the whole text; assertions look at what is before `start` too.
            start: character offset.
            meter: counts the threads that are stepped.
        """
        best: Captures | None = None
        threads: list[tuple[int, Captures]] = []
        nothing = (-1,) * self._slots
        for at in range(start, len(text) + 1):
            marked: set[int] = set()
            following: list[tuple[int, Captures]] = []
            for address, captures in threads:
                self._add(following, marked, address, at, captures, text)
            if best is None:
                self._add(following, marked, 0, at, nothing, text)
            if not following and best is not None:
                break
            meter.count(len(following) + 1)
            threads, found = self._step(following, text[at : at + 1])
            if found is not None:
                best = found
            if not threads and best is not None:
                break
        return best

    def _step(
        self, threads: list[tuple[int, Captures]], character: str
    ) -> tuple[list[tuple[int, Captures]], Captures | None]:
        """Threads that go on behind the character, and the match that cuts off the rest."""
        kept: list[tuple[int, Captures]] = []
        for address, captures in threads:
            instruction = self._code[address]
            if instruction.operation == "match":
                return kept, captures
            if character and self._fits(address, instruction, character):
                kept.append((instruction.first, captures))
        return kept, None

    def _fits(self, address: int, instruction: Instruction, character: str) -> bool:
        known = self._known[address]
        found = known.get(character)
        if found is None:
            assert instruction.chars is not None, "only sets and matches are stepped"
            shown = "\ufffd" if is_escaped_byte(character) else character
            found = known[character] = in_set(instruction.chars, shown)
        return found

    def _add(
        self,
        threads: list[tuple[int, Captures]],
        marked: set[int],
        address: int,
        at: int,
        captures: Captures,
        text: str,
    ) -> None:
        """Follow everything that takes no character, in order of preference."""
        stack = [(address, captures)]
        while stack:
            address, captures = stack.pop()
            if address in marked:
                continue
            marked.add(address)
            instruction = self._code[address]
            match instruction.operation:
                case "jump":
                    stack.append((instruction.first, captures))
                case "split":
                    stack.append((instruction.second, captures))
                    stack.append((instruction.first, captures))
                case "save":
                    slot = instruction.slot
                    saved = (*captures[:slot], at, *captures[slot + 1 :])
                    stack.append((instruction.first, saved))
                case "assert":
                    if _holds(instruction.assertion, text, at):
                        stack.append((instruction.first, captures))
                case _:
                    threads.append((address, captures))


def _holds(assertion: str, text: str, at: int) -> bool:
    match assertion:
        case "start":
            return at == 0
        case "end":
            return at == len(text)
        case "line-start":
            return at == 0 or text[at - 1] == "\n"
        case "line-end":
            return at == len(text) or text[at] == "\n"
    boundary = _is_word(text[at - 1 : at] if at else "") is not _is_word(text[at : at + 1])
    return boundary is (assertion == "word")


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")
