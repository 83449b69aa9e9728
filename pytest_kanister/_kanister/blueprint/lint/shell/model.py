"""What a script consists of, as far as rules ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Assignment", "Command", "Part", "Pipeline", "Program", "Redirect", "Word"]

Quoting = Literal["none", "double", "single", "document", "literal-document"]
Kind = Literal["text", "placeholder", "variable", "substitution"]


@dataclass(frozen=True)
class Part:
    """A piece of a word.

    Attributes:
        kind: what it is.
        text: of a text what it says, of a variable its name, else as written.
        start: offset in the script.
        end: offset behind it.
        quoting: what stands around it.
        commands: of a substitution the commands inside.
        operator: of `${name:-…}` and its like what follows the name.
    """

    kind: Kind
    text: str
    start: int
    end: int
    quoting: Quoting = "none"
    commands: tuple[Command, ...] = ()
    operator: str = ""


@dataclass(frozen=True)
class Word:
    """An argument, a value, a file name."""

    parts: tuple[Part, ...]
    start: int
    end: int

    @property
    def literal(self) -> str:
        """Its plain text; placeholders, variables and substitutions leave a NUL."""
        return "".join(part.text if part.kind == "text" else "\0" for part in self.parts)

    @property
    def is_plain(self) -> bool:
        """Whether it is plain text."""
        return all(part.kind == "text" for part in self.parts)


@dataclass(frozen=True)
class Assignment:
    """`name=value`, also in front of a command, after `export`, and by `read` from a document."""

    name: str
    words: tuple[Word, ...]
    start: int
    end: int
    declared_by: str = ""
    is_array: bool = False
    appends: bool = False
    for_command: bool = False


@dataclass(frozen=True)
class Redirect:
    """`>file`, `<file`, `<<<word`, `<<END`."""

    operator: str
    target: Word | None
    body: Word | None = None


@dataclass(frozen=True, eq=False)
class Command:
    """A simple command.

    Attributes:
        words: name and arguments; empty where assignments stand alone.
        assignments: in front of it.
        redirects: its own and its surroundings'.
        start: offset.
        end: offset behind the last word.
        position: its number in the pipeline, from 0.
        pipeline: the pipeline's commands; itself alone where there is none.
        conditional: whether `if`, `while`, `&&`, `||` or `!` looks at its status.
        fallback: names of the commands behind its `||`; empty: there is no `||`.
        background: whether `&` follows.
        negated: whether `!` precedes.
        substitution: what the substitution around it is part of (`for`, `export`, `argument`,
            `assignment`, `document`, `condition`); empty: it stands in none.
        top: whether it is a statement of the script itself.
    """

    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...]
    start: int
    end: int
    position: int = 0
    pipeline: Pipeline | None = None
    conditional: bool = False
    fallback: tuple[Command, ...] | None = None
    background: bool = False
    negated: bool = False
    substitution: str = ""
    top: bool = False

    @property
    def name(self) -> str:
        """The program's name as written; empty where a variable or nothing stands there."""
        return self.words[0].literal.replace("\0", "") if self.words else ""


@dataclass(eq=False)
class Pipeline:
    """Commands joined by `|`; other statements (loops, groups) stand in it as None."""

    start: int
    end: int
    members: list[Command | None] = field(default_factory=list)


@dataclass(frozen=True)
class Program:
    """A parsed script.

    Attributes:
        commands: all simple commands, in the order of the text, those of substitutions too.
        assignments: all assignments.
        pipelines: those of two members or more.
        functions: names of its functions.
        documents: words of here-documents that stand in no command we know.
        loops: `for` loops: (variable, words).
        statements: how many statements stand at the top.
        errors: (start, end) of what could not be parsed.
    """

    commands: tuple[Command, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    functions: frozenset[str] = frozenset()
    loops: tuple[tuple[str, tuple[Word, ...], int], ...] = ()
    statements: int = 0
    errors: tuple[tuple[int, int], ...] = ()
