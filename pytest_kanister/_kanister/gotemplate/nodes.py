"""The parse tree: what a template consists of, and how Go prints each part in an error."""

from __future__ import annotations

from dataclasses import dataclass, field

from .quoting import quote


@dataclass(slots=True, eq=False)
class Node:
    """Anything in the tree.

    Attributes:
        position: character offset in the template's text, for error places.
    """

    position: int


@dataclass(slots=True, eq=False)
class BoolNode(Node):
    """`true` or `false`."""

    true: bool

    def __str__(self) -> str:
        return "true" if self.true else "false"


@dataclass(slots=True, eq=False)
class DotNode(Node):
    """The cursor."""

    def __str__(self) -> str:
        return "."


@dataclass(slots=True, eq=False)
class NilNode(Node):
    """The untyped nil."""

    def __str__(self) -> str:
        return "nil"


@dataclass(slots=True, eq=False)
class NumberNode(Node):
    """A number literal, which fits every Go type whose value is not None here."""

    text: str
    integer: int | None = None
    unsigned: int | None = None
    floating: float | None = None
    complex_value: complex | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, eq=False)
class StringNode(Node):
    """A string literal: as written, and what it means."""

    quoted: str
    text: str

    def __str__(self) -> str:
        return self.quoted


@dataclass(slots=True, eq=False)
class IdentifierNode(Node):
    """A function's name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True, eq=False)
class FieldNode(Node):
    """`.a.b`."""

    names: list[str]

    def __str__(self) -> str:
        return "".join("." + name for name in self.names)


@dataclass(slots=True, eq=False)
class VariableNode(Node):
    """`$x.a.b`; the first name has its `$`."""

    names: list[str]

    def __str__(self) -> str:
        return ".".join(self.names)


@dataclass(slots=True, eq=False)
class CommandNode(Node):
    """One command of a pipeline: its first word and arguments."""

    args: list[Node] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join(f"({arg})" if isinstance(arg, PipeNode) else str(arg) for arg in self.args)


@dataclass(slots=True, eq=False)
class PipeNode(Node):
    """Commands, each fed with the result of the one before, and the variables that take it."""

    declared: list[VariableNode] = field(default_factory=list)
    assigns: bool = False
    commands: list[CommandNode] = field(default_factory=list)

    def __str__(self) -> str:
        text = " | ".join(str(command) for command in self.commands)
        if not self.declared:
            return text
        names = ", ".join(str(variable) for variable in self.declared)
        return f"{names} {'=' if self.assigns else ':='} {text}"


@dataclass(slots=True, eq=False)
class ChainNode(Node):
    """Fields of something in parentheses or of a function's result."""

    node: Node
    names: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        inner = f"({self.node})" if isinstance(self.node, PipeNode) else str(self.node)
        return inner + "".join("." + name for name in self.names)


@dataclass(slots=True, eq=False)
class TextNode(Node):
    """Plain text."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, eq=False)
class ActionNode(Node):
    """`{{pipeline}}`."""

    pipe: PipeNode

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


@dataclass(slots=True, eq=False)
class ListNode(Node):
    """A sequence of nodes."""

    nodes: list[Node] = field(default_factory=list)

    def __str__(self) -> str:
        return "".join(map(str, self.nodes))


@dataclass(slots=True, eq=False)
class BranchNode(Node):
    """`if`, `with` or `range`."""

    keyword: str
    pipe: PipeNode
    body: ListNode
    otherwise: ListNode | None

    def __str__(self) -> str:
        otherwise = "" if self.otherwise is None else f"{{{{else}}}}{self.otherwise}"
        return f"{{{{{self.keyword} {self.pipe}}}}}{self.body}{otherwise}{{{{end}}}}"


@dataclass(slots=True, eq=False)
class BreakNode(Node):
    """`{{break}}`."""

    def __str__(self) -> str:
        return "{{break}}"


@dataclass(slots=True, eq=False)
class ContinueNode(Node):
    """`{{continue}}`."""

    def __str__(self) -> str:
        return "{{continue}}"


@dataclass(slots=True, eq=False)
class EndNode(Node):
    """`{{end}}`; only while parsing."""

    def __str__(self) -> str:
        return "{{end}}"


@dataclass(slots=True, eq=False)
class ElseNode(Node):
    """`{{else}}`; only while parsing."""

    def __str__(self) -> str:
        return "{{else}}"


@dataclass(slots=True, eq=False)
class TemplateNode(Node):
    """`{{template "name" pipeline}}`, also what `block` leaves behind."""

    name: str
    pipe: PipeNode | None

    def __str__(self) -> str:
        pipe = f" {self.pipe}" if self.pipe else ""
        return f"{{{{template {quote(self.name)}{pipe}}}}}"


@dataclass(slots=True, eq=False)
class Tree:
    """One template of a text: the text itself or one of its `define`s."""

    name: str
    root: ListNode


def is_empty(node: Node) -> bool:
    """Whether a tree prints nothing but space, so that another of its name may replace it."""
    if isinstance(node, ListNode):
        return all(is_empty(inner) for inner in node.nodes)
    return isinstance(node, TextNode) and not node.text.strip(" \t\n\v\f\r\x85\xa0")
