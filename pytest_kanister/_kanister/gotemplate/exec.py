"""Walking a parse tree: the statement half of Go's executor.

Statements are generators driven by one loop, so that templates may call each other as deep as Go
allows (100,000) without using up Python's stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import limits
from .call import Budget, State
from .errors import LimitError, TemplateError
from .format import sprint
from .nodes import (
    ActionNode,
    BranchNode,
    BreakNode,
    ContinueNode,
    ListNode,
    Node,
    TemplateNode,
    TextNode,
    Tree,
)
from .quoting import quote
from .reflect import (
    INVALID,
    Value,
    element,
    indirect,
    sorted_entries,
    truth,
)
from .types import SIGNED, UNSIGNED
from .values import Int, Ptr, Stringer, items_of, type_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from .dialect import Dialect
    from .world import World

    Walk = Generator["Walk", str | None, str | None]


def execute(
    trees: dict[str, Tree],
    name: str,
    text: str,
    context: object,
    world: World,
    dialect: Dialect,
) -> str:
    """Run a parsed template.

    Args:
        trees: what `parse` made of `text`.
        name: the template to begin with.
        text: the template text, for places in errors.
        context: the dot.
        world: what functions may know.
        dialect: the functions, and what a missing key means.

    Raises:
        TemplateError: phase `exec`, in Go's words.
    """
    run = _Run(trees, name, text, world, dialect)
    try:
        return run.run(Value(context))
    except RecursionError:
        raise TemplateError(
            f"template: {name}: limit: values or expressions are nested too deep",
            phase="exec",
        ) from None


class _Run:
    def __init__(
        self, trees: dict[str, Tree], name: str, text: str, world: World, dialect: Dialect
    ) -> None:
        self._trees = trees
        self._name = name
        self._text = text
        self._world = world
        self._dialect = dialect
        self._budget = Budget()
        self._out: list[str] = []
        self._depth = 0

    def run(self, dot: Value) -> str:
        tree = self._trees[self._name]
        state = self._state(tree, dot)
        stack: list[Walk] = [self._list(state, dot, tree.root)]
        signal: str | None = None
        while stack:
            try:
                stack.append(stack[-1].send(signal))
                signal = None
            except StopIteration as stop:
                stack.pop()
                signal = stop.value
        return "".join(self._out)

    def _state(self, tree: Tree, dot: Value) -> State:
        return State(tree, self._text, self._name, self._world, self._dialect, self._budget, dot)

    def _write(self, state: State, text: str) -> None:
        self._budget.output += len(text)
        if self._budget.output > limits.OUTPUT_BYTES:
            state.fail(str(LimitError("the output", limits.OUTPUT_BYTES, "bytes")))
        self._out.append(text)

    def _list(self, state: State, dot: Value, body: ListNode) -> Walk:
        for node in body.nodes:
            state.node = node
            state.step()
            walk = self._walk(state, dot, node)
            if walk is not None:
                signal = yield walk
                if signal is not None:
                    return signal
            elif isinstance(node, BreakNode | ContinueNode):
                return "break" if isinstance(node, BreakNode) else "continue"
        return None

    def _walk(self, state: State, dot: Value, node: Node) -> Walk | None:
        """Do what takes no nested walk; return the walk of what does."""
        match node:
            case TextNode():
                self._write(state, node.text)
            case ActionNode():
                value = state.pipeline(dot, node.pipe)
                if not node.pipe.declared:
                    state.node = node
                    self._print(state, value)
            case BranchNode() if node.keyword == "range":
                return self._range(state, dot, node)
            case BranchNode():
                return self._branch(state, dot, node)
            case TemplateNode():
                return self._template(state, dot, node)
        return None

    def _print(self, state: State, value: Value) -> None:
        try:
            text = printable(value)
        except LimitError as error:
            state.fail(str(error))
        self._write(state, text)

    def _branch(self, state: State, dot: Value, node: BranchNode) -> Walk:
        mark = len(state.variables)
        value = state.pipeline(dot, node.pipe)
        signal: str | None = None
        if truth(value.obj):
            inner = value if node.keyword == "with" else dot
            signal = yield self._list(state, inner, node.body)
        elif node.otherwise is not None:
            signal = yield self._list(state, dot, node.otherwise)
        del state.variables[mark:]
        return signal

    def _range(self, state: State, dot: Value, node: BranchNode) -> Walk:
        outer = len(state.variables)
        value, _ = indirect(state.pipeline(dot, node.pipe))
        mark = len(state.variables)
        empty = True
        for key, item in self._elements(state, node, value):
            empty = False
            state.step()
            self._set_loop_variables(state, node, key, item)
            signal = yield self._list(state, item, node.body)
            del state.variables[mark:]
            if signal == "break":
                break
        signal = None
        if empty and node.otherwise is not None:
            signal = yield self._list(state, dot, node.otherwise)
        del state.variables[outer:]
        return signal

    def _elements(
        self, state: State, node: BranchNode, value: Value
    ) -> Iterator[tuple[Value, Value]]:
        kind = "invalid" if value.boxed else value.kind
        if kind in SIGNED or kind in UNSIGNED:
            if len(node.pipe.declared) > 1:
                state.fail(f"can't use {sprint(value.obj)} to iterate over more than one variable")
            go_type = type_of(value.obj)
            assert isinstance(value.obj, int)
            assert go_type is not None
            plain = go_type.name == "int64"
            return (
                (INVALID, Value(number if plain else Int(number, go_type)))
                for number in range(value.obj)
            )
        if kind == "slice":
            return (
                (Value(Int(index)), element(value.obj, item))
                for index, item in enumerate(items_of(value.obj))
            )
        if kind == "map":
            return sorted_entries(value.obj)
        if kind != "invalid":
            state.fail(f"range can't iterate over {sprint(value.obj)}")
        return iter(())

    def _set_loop_variables(self, state: State, node: BranchNode, key: Value, item: Value) -> None:
        declared = node.pipe.declared
        if not declared:
            return
        values = [item] if len(declared) == 1 else [key, item]
        if node.pipe.assigns:
            for variable, value in zip(declared, values, strict=True):
                state.set_variable(variable.names[0], value)
        else:
            start = len(state.variables) - len(declared)
            for index, (variable, value) in enumerate(zip(declared, values, strict=True)):
                state.variables[start + index] = (variable.names[0], value)

    def _template(self, state: State, dot: Value, node: TemplateNode) -> Walk:
        tree = self._trees.get(node.name)
        if tree is None:
            state.fail(f"template {quote(node.name)} not defined")
        if self._depth == limits.TEMPLATE_DEPTH:
            state.fail(f"exceeded maximum template depth ({limits.TEMPLATE_DEPTH})")
        inner = state.pipeline(dot, node.pipe)
        self._depth += 1
        signal = yield self._list(self._state(tree, inner), inner, tree.root)
        self._depth -= 1
        return signal


def printable(value: Value) -> str:
    """What an action prints: pointers are followed, nothing at all is `<no value>`."""
    if isinstance(value.obj, Ptr) and not isinstance(value.obj, Stringer):
        value, _ = indirect(value)
    if not value.is_valid:
        return "<no value>"
    return sprint(value.obj)
