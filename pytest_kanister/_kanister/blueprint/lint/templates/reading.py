"""One walk over a template: what it reads, where, under which condition, and what it prints."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.names import names
from pytest_kanister._kanister.blueprint.lint.templates.parameters import type_of
from pytest_kanister._kanister.gotemplate import TemplateError
from pytest_kanister._kanister.gotemplate.dialect import KANISTER, Dialect
from pytest_kanister._kanister.gotemplate.nodes import (
    ActionNode,
    BranchNode,
    ChainNode,
    CommandNode,
    FieldNode,
    IdentifierNode,
    ListNode,
    Node,
    NumberNode,
    PipeNode,
    StringNode,
    TemplateNode,
    VariableNode,
)
from pytest_kanister._kanister.gotemplate.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Call", "Printed", "Reference", "Template", "read_template"]

_ACTION = re.compile(
    r"\{\{-?\s*/\*.*?\*/\s*-?\}\}"
    r"|\{\{(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|'(?:\\.|[^'\\])*'|(?!\}\}).)*\}\}",
    re.DOTALL,
)
_STRINGS = names(
    "toString upper lower trim trimSuffix trimPrefix trimAll replace quote squote b64enc "
    "b64dec join printf print date toJson trunc nospace sha256sum cat title indent nindent"
)
_TIMES = frozenset({"toDate", "now"})


@dataclass(frozen=True)
class Reference:
    """A parameter that a template reads.

    Attributes:
        names: `("StatefulSet", "Name")` for `.StatefulSet.Name`; keys that `index` takes follow.
        start: offset in the template's text.
        end: offset behind it.
        tested: whether an `if` or `with` asks whether it is there, or a default stands in.
        indexed: how many of the names are keys of `index`, which gives nothing where one is
            missing instead of an error.
        converted: functions that it goes through afterwards.
    """

    names: tuple[str, ...]
    start: int
    end: int
    tested: bool = False
    indexed: int = 0
    converted: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As a template writes it."""
        return "".join("." + name for name in self.names)


@dataclass(frozen=True)
class Call:
    """A function with the type of its last argument (the piped one), where that is known."""

    name: str
    start: int
    end: int
    literals: tuple[str, ...]
    last_type: str
    source: str


@dataclass(frozen=True)
class Printed:
    """An action that prints: `{{ … }}` from `start` to `end`."""

    start: int
    end: int
    text: str
    references: tuple[Reference, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Template:
    """A template's text, taken apart.

    Attributes:
        text: the template.
        error: Go's parse error; empty: it parses.
        error_line: its line, 1-based; 0 when there is none.
        references: all parameters it reads.
        calls: all functions it calls.
        printed: its actions that print something.
        silent: (start, end) of the actions that print nothing.
        guards: (start, end, condition's text) of each branch's body.
    """

    text: str
    error: str = ""
    error_line: int = 0
    references: tuple[Reference, ...] = ()
    calls: tuple[Call, ...] = ()
    printed: tuple[Printed, ...] = ()
    silent: tuple[tuple[int, int], ...] = ()
    guards: tuple[tuple[int, int, str], ...] = field(default=())

    def conditions(self, offset: int) -> list[str]:
        """The conditions under which the text at an offset is there."""
        return [text for start, end, text in self.guards if start <= offset < end]


@lru_cache(maxsize=4096)
def read_template(text: str, dialect: Dialect = KANISTER) -> Template:
    """Takes a template apart; a parse error is a value here."""
    if "{{" not in text:
        return Template(text)
    try:
        trees = parse(text, "config", dialect.functions)
    except TemplateError as error:
        return Template(text, error=error.text, error_line=error.line)
    walk = _Walk(text)
    for tree in trees.values():
        walk.body(tree.root, tested=frozenset(), moved=False)
    spans = [(found.start(), found.end()) for found in _ACTION.finditer(text)]
    printed, silent = [], []
    for start, end in spans:
        node = next((node for node in walk.printing if start < node.position < end), None)
        if node is None:
            silent.append((start, end))
            continue
        printed.append(
            Printed(
                start,
                end,
                text[start:end],
                tuple(ref for ref in walk.references if start <= ref.start < end),
                tuple(call for call in walk.calls if start <= call.start < end),
            )
        )
    return Template(
        text,
        references=tuple(walk.references),
        calls=tuple(walk.calls),
        printed=tuple(printed),
        silent=tuple(silent),
        guards=tuple(walk.guards),
    )


class _Walk:
    """Depth first; `moved` says that the dot is no longer the parameters."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.references: list[Reference] = []
        self.calls: list[Call] = []
        self.printing: list[Node] = []
        self.guards: list[tuple[int, int, str]] = []
        self._types: dict[str, str] = {}

    def body(self, nodes: ListNode, *, tested: frozenset[str], moved: bool) -> None:
        for node in nodes.nodes:
            if isinstance(node, ActionNode):
                if not node.pipe.declared:
                    self.printing.append(node)
                kind = self._pipe(node.pipe, tested=tested, moved=moved)
                for variable in node.pipe.declared:
                    self._types[variable.names[0]] = kind
            elif isinstance(node, TemplateNode):
                self.printing.append(node)
                if node.pipe:
                    self._pipe(node.pipe, tested=tested, moved=moved)
            elif isinstance(node, BranchNode):
                self._branch(node, tested=tested, moved=moved)

    def _branch(self, node: BranchNode, *, tested: frozenset[str], moved: bool) -> None:
        asked = frozenset(_named(node.pipe)) if node.keyword in ("if", "with") else frozenset()
        self._pipe(node.pipe, tested=tested | asked, moved=moved)
        moves = node.keyword in ("range", "with")
        self._guard(node.body, str(node.pipe))
        self.body(node.body, tested=tested | asked, moved=moved or moves)
        if node.otherwise is not None:
            self._guard(node.otherwise, f"not {node.pipe}")
            # What a condition asks about may be missing in the other branch, which was chosen
            # knowingly: `if .a` … `else` … `.b` is a choice between the two.
            self.body(node.otherwise, tested=tested | _siblings(asked), moved=moved)

    def _guard(self, body: ListNode, condition: str) -> None:
        if not body.nodes:
            return
        start = body.nodes[0].position
        end = self._text.find("{{", _end(body.nodes[-1]))
        self.guards.append((start, len(self._text) if end < 0 else end, condition))

    def _pipe(self, pipe: PipeNode, *, tested: frozenset[str], moved: bool) -> str:
        kind = ""
        names = [_function(command) for command in pipe.commands]
        for number, command in enumerate(pipe.commands):
            later = tuple(name for name in names[number + 1 :] if name)
            piped = kind if number else None
            kind = self._command(command, piped, later, tested, moved=moved)
        return kind

    def _command(
        self,
        command: CommandNode,
        piped: str | None,
        later: tuple[str, ...],
        tested: frozenset[str],
        *,
        moved: bool,
    ) -> str:
        name = _function(command)
        tolerant = bool({"default", "empty", "coalesce", "hasKey"} & {name, *later})
        if name == "index" and len(command.args) > 1:
            return self._index(command, later, tested, tolerant=tolerant, moved=moved)
        kinds = [
            self._operand(
                arg, (name, *later) if name else later, tested, tolerant=tolerant, moved=moved
            )
            for arg in (command.args[1:] if name else command.args)
        ]
        last = piped if piped is not None else (kinds[-1] if kinds else "")
        if not name:
            return last
        literals = tuple(arg.text for arg in command.args if isinstance(arg, StringNode))
        start = self._at(command.args[0], name)
        self.calls.append(
            Call(name, start, start + len(name), literals, last, self._subject(command))
        )
        if name in _TIMES:
            return "time"
        return "string" if name in _STRINGS else ""

    def _subject(self, command: CommandNode) -> str:
        return str(command)

    def _index(
        self,
        command: CommandNode,
        later: tuple[str, ...],
        tested: frozenset[str],
        *,
        tolerant: bool,
        moved: bool,
    ) -> str:
        target, keys = command.args[1], command.args[2:]
        for key in keys:
            self._operand(key, ("index",), tested, tolerant=tolerant, moved=moved)
        names = _path(target, moved=moved)
        texts = [key.text for key in keys if isinstance(key, StringNode)]
        numbers = [key.text for key in keys if isinstance(key, NumberNode)]
        if names is None or len(texts) + len(numbers) != len(keys):
            self._operand(target, ("index",), tested, tolerant=tolerant, moved=moved)
            return ""
        full = (*names, *texts)
        start = self._at(target, "." + names[0] if names else ".")
        end = keys[-1].position + len(str(keys[-1])) if keys else start + len(str(target))
        self.references.append(
            Reference(
                full,
                start,
                end,
                tested=tolerant or ".".join(full) in tested or ".".join(names) in tested,
                indexed=len(texts),
                converted=("index", *later),
            )
        )
        if numbers and names[1:2] == ("Pods",):
            return "string"
        return type_of(full)

    def _operand(
        self,
        node: Node,
        later: tuple[str, ...],
        tested: frozenset[str],
        *,
        tolerant: bool,
        moved: bool,
    ) -> str:
        if isinstance(node, PipeNode):
            return self._pipe(node, tested=tested, moved=moved)
        if isinstance(node, ChainNode):
            self._operand(node.node, later, tested, tolerant=tolerant, moved=moved)
            return ""
        if isinstance(node, VariableNode) and node.names[0] != "$":
            return self._types.get(node.names[0], "") if len(node.names) == 1 else ""
        names = _path(node, moved=moved)
        if not names:
            return ""
        start = self._at(node, "." + names[0])
        text = "".join("." + name for name in names)
        whole = ".".join(names)
        self.references.append(
            Reference(
                names,
                start,
                start + len(text),
                tested=tolerant or any(whole == t or whole.startswith(t + ".") for t in tested),
                converted=later,
            )
        )
        return type_of(names)

    def _at(self, node: Node, shown: str) -> int:
        """Where a node begins: the engine keeps the place of a chain's last field."""
        at = self._text.rfind(shown, 0, node.position + len(shown))
        return at if at >= 0 else node.position


def _function(command: CommandNode) -> str:
    first = command.args[0]
    return first.name if isinstance(first, IdentifierNode) else ""


def _path(node: Node, *, moved: bool) -> tuple[str, ...] | None:
    """Names from the parameters on; None: it begins elsewhere."""
    if isinstance(node, FieldNode) and not moved:
        return tuple(node.names)
    if isinstance(node, VariableNode) and node.names[0] == "$":
        return tuple(node.names[1:])
    return None


def _named(node: Node) -> Iterator[str]:
    """Every path below a condition, dotted."""
    if isinstance(node, PipeNode):
        for command in node.commands:
            names = _function(command)
            if names == "index" and len(command.args) > 1:
                path = _path(command.args[1], moved=False) or ()
                keys = [arg.text for arg in command.args[2:] if isinstance(arg, StringNode)]
                yield ".".join((*path, *keys))
            for arg in command.args:
                yield from _named(arg)
    own = _path(node, moved=False)
    if own:
        yield ".".join(own)


def _siblings(asked: frozenset[str]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[0] for name in asked if "." in name)


def _end(node: Node) -> int:
    if isinstance(node, BranchNode):
        last = (node.otherwise or node.body).nodes
        return _end(last[-1]) if last else node.position
    return node.position + len(getattr(node, "text", ""))
