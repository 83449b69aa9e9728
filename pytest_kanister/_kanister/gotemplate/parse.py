"""From tokens to trees, with the order of checks, and so the errors, of Go's parser.

Over 300 lines, since the productions are mutually recursive and share the tokens looked ahead at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from . import limits
from .errors import TemplateError
from .lex import Lexer, Token
from .nodes import (
    ActionNode,
    BoolNode,
    BranchNode,
    BreakNode,
    ChainNode,
    CommandNode,
    ContinueNode,
    DotNode,
    ElseNode,
    EndNode,
    FieldNode,
    IdentifierNode,
    ListNode,
    NilNode,
    Node,
    NumberNode,
    PipeNode,
    StringNode,
    TemplateNode,
    TextNode,
    Tree,
    VariableNode,
    is_empty,
)
from .numbers import complex_literal, number_literal, rune_literal
from .quoting import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Collection

_OPERANDS = frozenset(
    {"bool", "rune", "complex", "dot", "field", "identifier", "number", "raw", "string"}
    | {"variable", "("}
)
_NOT_EXECUTABLE = (BoolNode, DotNode, NilNode, NumberNode, StringNode)


def parse(text: str, name: str, functions: Collection[str]) -> dict[str, Tree]:
    """Parse a template text.

    Args:
        text: the template.
        name: what errors call it.
        functions: names of the functions that it may call.

    Returns:
        the tree of the text under `name`, and those that it defines under theirs.

    Raises:
        TemplateError: phase `parse`, in Go's words.
    """
    return _Parser(text, name, functions).parse()


class _Parser:
    """Recursive descent over at most three tokens of look-ahead, as Go's."""

    def __init__(self, text: str, name: str, functions: Collection[str]) -> None:
        self._lexer = Lexer(text)
        self._name = name
        self._functions = functions
        first = Token("eof", "", 0, 1)
        self._tokens = [first, first, first]
        self._peeked = 0
        self._trees: dict[str, Tree] = {}
        self._variables = ["$"]
        self._range_depth = 0
        self._nesting = 0
        self._action_line = 0

    # Tokens. Go reports the line of the token that was read last (`_tokens[0]`).

    def _next(self) -> Token:
        if self._peeked > 0:
            self._peeked -= 1
        else:
            self._tokens[0] = self._lexer.next()
        return self._tokens[self._peeked]

    def _backup(self) -> None:
        self._peeked += 1

    def _peek(self) -> Token:
        if self._peeked > 0:
            return self._tokens[self._peeked - 1]
        self._peeked = 1
        self._tokens[0] = self._lexer.next()
        return self._tokens[0]

    def _next_word(self) -> Token:
        while (token := self._next()).kind == "space":
            pass
        return token

    def _peek_word(self) -> Token:
        token = self._next_word()
        self._backup()
        return token

    def _fail(self, message: str) -> NoReturn:
        line = self._tokens[0].line
        text = f"template: {self._name}:{line}: {message}"
        raise TemplateError(text, phase="parse", line=line)

    def _unexpected(self, token: Token, context: str) -> NoReturn:
        if token.kind != "error":
            self._fail(f"unexpected {token} in {context}")
        extra = ""
        if self._action_line not in (0, token.line):
            extra = f" in action started at {self._name}:{self._action_line}"
            if token.value.endswith(" action"):
                extra = extra.removeprefix(" in action")
        self._fail(f"{token}{extra}")

    def _expect(self, kinds: tuple[str, ...], context: str) -> Token:
        token = self._next_word()
        if token.kind not in kinds:
            self._unexpected(token, context)
        return token

    def _enter(self) -> None:
        self._nesting += 1
        if self._nesting > limits.NESTING:
            self._fail("max expression depth exceeded")

    # Lists and actions.

    def parse(self) -> dict[str, Tree]:
        root = ListNode(self._peek().position)
        while self._peek().kind != "eof":
            if self._peek().kind == "left":
                delimiter = self._next()
                if self._next_word().is_keyword("define"):
                    self._definition()
                    continue
                self._tokens[1] = delimiter
                self._peeked = 2
            node = self._text_or_action()
            if isinstance(node, EndNode | ElseNode):
                self._fail(f"unexpected {node}")
            root.nodes.append(node)
        self._add(Tree(self._name, root))
        return self._trees

    def _add(self, tree: Tree) -> None:
        earlier = self._trees.get(tree.name)
        if earlier is None or is_empty(earlier.root):
            self._trees[tree.name] = tree
        elif not is_empty(tree.root):
            self._fail(f"template: multiple definition of template {quote(tree.name)}")

    def _definition(self) -> None:
        context = "define clause"
        name = self._unquote(self._expect(("string", "raw"), context))
        self._expect(("right",), context)
        self._add(Tree(name, self._own_scope(context)))

    def _own_scope(self, context: str) -> ListNode:
        """A body that sees no variable and no range of what surrounds it."""
        outer = self._variables, self._range_depth, self._action_line
        self._variables, self._range_depth, self._action_line = ["$"], 0, 0
        body, end = self._item_list()
        if not isinstance(end, EndNode):
            self._fail(f"unexpected {end} in {context}")
        self._variables, self._range_depth, self._action_line = outer
        return body

    def _item_list(self) -> tuple[ListNode, Node]:
        self._enter()
        body = ListNode(self._peek_word().position)
        while self._peek_word().kind != "eof":
            node = self._text_or_action()
            if isinstance(node, EndNode | ElseNode):
                self._nesting -= 1
                return body, node
            body.nodes.append(node)
        self._fail("unexpected EOF")

    def _text_or_action(self) -> Node:
        token = self._next_word()
        if token.kind == "text":
            return TextNode(token.position, token.value)
        if token.kind == "left":
            self._action_line = token.line
            node = self._action()
            self._action_line = 0
            return node
        self._unexpected(token, "input")

    def _action(self) -> Node:
        token = self._next_word()
        if token.kind == "keyword":
            match token.value:
                case "block":
                    return self._block()
                case "break" | "continue":
                    return self._jump(token)
                case "else":
                    return self._else()
                case "end":
                    return EndNode(self._expect(("right",), "end").position)
                case "if" | "range" | "with":
                    return self._branch(token.value)
                case "template":
                    return self._template()
        self._backup()
        position = self._peek().position
        return ActionNode(position, self._pipeline("command", "right"))

    def _jump(self, keyword: Token) -> Node:
        shown = f"{{{{{keyword.value}}}}}"
        self._expect(("right",), shown)
        if self._range_depth == 0:
            self._fail(f"{shown} outside {{{{range}}}}")
        made = BreakNode if keyword.value == "break" else ContinueNode
        return made(keyword.position)

    def _else(self) -> Node:
        following = self._peek_word()
        if following.is_keyword("if") or following.is_keyword("with"):
            return ElseNode(following.position)
        return ElseNode(self._expect(("right",), "else").position)

    def _branch(self, keyword: str) -> BranchNode:
        known = len(self._variables)
        pipe = self._pipeline(keyword, "right")
        self._range_depth += keyword == "range"
        body, end = self._item_list()
        self._range_depth -= keyword == "range"
        otherwise: ListNode | None = None
        if isinstance(end, ElseNode):
            if keyword != "range" and self._peek().is_keyword(keyword):
                self._next()
                self._enter()
                otherwise = ListNode(end.position, [self._branch(keyword)])
                self._nesting -= 1
            else:
                otherwise, end = self._item_list()
                if not isinstance(end, EndNode):
                    self._fail(f"expected end; found {end}")
        del self._variables[known:]
        return BranchNode(pipe.position, keyword, pipe, body, otherwise)

    def _block(self) -> TemplateNode:
        context = "block clause"
        token = self._next_word()
        name = self._template_name(token, context)
        pipe = self._pipeline(context, "right")
        self._add(Tree(name, self._own_scope(context)))
        return TemplateNode(token.position, name, pipe)

    def _template(self) -> TemplateNode:
        context = "template clause"
        token = self._next_word()
        name = self._template_name(token, context)
        pipe: PipeNode | None = None
        if self._next_word().kind != "right":
            self._backup()
            pipe = self._pipeline(context, "right")
        return TemplateNode(token.position, name, pipe)

    def _template_name(self, token: Token, context: str) -> str:
        if token.kind not in ("string", "raw"):
            self._unexpected(token, context)
        return self._unquote(token)

    def _unquote(self, token: Token) -> str:
        try:
            return unquote(token.value)
        except ValueError as error:
            self._fail(str(error))

    # Pipelines.

    def _pipeline(self, context: str, end: str) -> PipeNode:
        pipe = PipeNode(self._peek_word().position)
        while self._declaration(pipe, context):
            pass
        while True:
            token = self._next_word()
            if token.kind == end:
                break
            if token.kind not in _OPERANDS and not token.is_keyword("nil"):
                self._unexpected(token, context)
            self._backup()
            pipe.commands.append(self._command())
        if not pipe.commands:
            self._fail(f"missing value for {context}")
        for stage, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.args[0], _NOT_EXECUTABLE):
                self._fail(f"non executable command in pipeline stage {stage}")
        return pipe

    def _declaration(self, pipe: PipeNode, context: str) -> bool:
        """Read one `$x :=`, `$x =` or `$x,`; true if another variable must follow."""
        variable = self._peek_word()
        if variable.kind != "variable":
            return False
        self._next()
        after = self._peek()
        following = self._peek_word()
        if following.kind in ("assign", "declare"):
            pipe.assigns = following.kind == "assign"
            self._next_word()
            self._declare(pipe, variable)
        elif following.kind == "char" and following.value == ",":
            self._next_word()
            self._declare(pipe, variable)
            if context == "range" and len(pipe.declared) < 2:
                if self._peek_word().kind in ("variable", "right", ")"):
                    return True
                self._fail("range can only initialize variables")
            self._fail(f"too many declarations in {context}")
        elif after.kind == "space":
            self._tokens[1], self._tokens[2] = after, variable
            self._peeked = 3
        else:
            self._tokens[1] = variable
            self._peeked = 2
        return False

    def _declare(self, pipe: PipeNode, variable: Token) -> None:
        pipe.declared.append(VariableNode(variable.position, [variable.value]))
        self._variables.append(variable.value)

    def _command(self) -> CommandNode:
        command = CommandNode(self._peek_word().position)
        while True:
            self._peek_word()  # skips spaces
            operand = self._operand()
            if operand is not None:
                command.args.append(operand)
            token = self._next()
            if token.kind == "space":
                continue
            if token.kind in ("right", ")"):
                self._backup()
            elif token.kind != "pipe":
                self._unexpected(token, "operand")
            break
        if not command.args:
            self._fail("empty command")
        return command

    def _operand(self) -> Node | None:
        node = self._term()
        if node is None or self._peek().kind != "field":
            return node
        position = self._peek().position
        names: list[str] = []
        while self._peek().kind == "field":
            names.append(self._next().value[1:])
        if isinstance(node, FieldNode):
            return FieldNode(position, node.names + names)
        if isinstance(node, VariableNode):
            return VariableNode(position, node.names + names)
        if isinstance(node, _NOT_EXECUTABLE):
            self._fail(f"unexpected . after term {quote(str(node))}")
        return ChainNode(position, node, names)

    def _term(self) -> Node | None:
        token = self._next_word()
        position, value = token.position, token.value
        match token.kind:
            case "identifier":
                if value not in self._functions:
                    self._fail(f"function {quote(value)} not defined")
                return IdentifierNode(position, value)
            case "dot":
                return DotNode(position)
            case "keyword" if value == "nil":
                return NilNode(position)
            case "variable":
                if value not in self._variables:
                    self._fail(f"undefined variable {quote(value)}")
                return VariableNode(position, [value])
            case "field":
                return FieldNode(position, [value[1:]])
            case "bool":
                return BoolNode(position, value == "true")
            case "number" | "rune" | "complex":
                return self._number(token)
            case "(":
                self._enter()
                pipe = self._pipeline("parenthesized pipeline", ")")
                self._nesting -= 1
                return pipe
            case "string" | "raw":
                return StringNode(position, value, self._unquote(token))
        self._backup()
        return None

    def _number(self, token: Token) -> NumberNode:
        makers = {"number": number_literal, "rune": rune_literal, "complex": complex_literal}
        try:
            return makers[token.kind](token.position, token.value)
        except ValueError as error:
            self._fail(str(error))
