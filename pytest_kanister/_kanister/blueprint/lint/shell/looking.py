"""What families of rules ask of scripts: each command with its program and flow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.shell.resolving import Flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_kanister._kanister.blueprint.lint.shell.model import Command, Word
    from pytest_kanister._kanister.blueprint.lint.shell.scripts import Script
    from pytest_kanister._kanister.blueprint.lint.view import ActionView, View

__all__ = ["Call", "calls", "flow_of", "is_option"]


@dataclass(frozen=True, eq=False)
class Call:
    """A command of a script.

    Attributes:
        script: the script.
        command: the command.
        flow: the script's variables.
    """

    script: Script
    command: Command
    flow: Flow

    @cached_property
    def argv(self) -> list[str]:
        """Program (its base name) and arguments; NUL for what is not plain text."""
        return self.flow.argv(self.command)

    @property
    def program(self) -> str:
        """The program's base name; empty when it cannot be told."""
        return self.argv[0] if self.argv and "\0" not in self.argv[0] else ""

    @property
    def action(self) -> ActionView:
        """The action that runs it."""
        return self.script.phase.action

    def has(self, *options: str) -> bool:
        """Whether one of the options is given: `--long`, `--long=x`, `-s`, `-sx`, `-abs`."""
        return any(is_option(text, option) for text in self.argv[1:] for option in options)

    def value(self, *options: str) -> str | None:
        """The value of the first of the options that is given; None: none is."""
        argv = self.argv
        for number, text in enumerate(argv[1:], 1):
            for option in options:
                if text.startswith(option + "=") and option.startswith("--"):
                    return text[len(option) + 1 :]
                if text == option:
                    return argv[number + 1] if number + 1 < len(argv) else ""
                if not option.startswith("--") and len(option) == 2 and text.startswith(option):
                    return text[2:]
        return None

    def word_of(self, *options: str) -> Word | None:
        """The word that holds an option's value."""
        words = self.command.words
        for number, word in enumerate(words):
            for option in options:
                if word.literal == option and number + 1 < len(words):
                    return words[number + 1]
                if word.literal.startswith(option + "="):
                    return word
        return None

    def problem(self, message: str) -> Problem:
        """A problem at the command's name."""
        first = self.command.words[0] if self.command.words else self.command
        return Problem(self.script.place(first.start, first.end), message)

    def problem_at(self, word: Word, message: str) -> Problem:
        """A problem at one of its words."""
        return Problem(self.script.place(word.start, word.end), message)


def is_option(text: str, option: str) -> bool:
    """Whether a word of a command line is this option, alone, with a value or among letters."""
    if text == option or text.startswith(option + "="):
        return True
    if option.startswith("--") or len(option) != 2:
        return False
    return text.startswith(option) or (
        text.startswith("-")
        and not text.startswith("--")
        and text[1:].isalpha()
        and option[1] in text
    )


@lru_cache(maxsize=256)
def flow_of(script: Script) -> Flow:
    """The script's variables, read once."""
    return Flow(script)


@lru_cache(maxsize=256)
def _calls_of(script: Script) -> tuple[Call, ...]:
    flow = flow_of(script)
    return tuple(Call(script, command, flow) for command in script.program.commands)


def calls(view: View | ActionView | Iterable[Script], *programs: str) -> Iterator[Call]:
    """Every command of every script, or those of the named programs."""
    scripts: Any = getattr(view, "scripts", view)
    for script in scripts:
        for call in _calls_of(script):
            if not programs or call.program in programs:
                yield call
