"""Evaluating pipelines, commands, fields and calls: the expression half of Go's executor.

Over 300 lines, since these functions are mutually recursive and share one state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from . import limits
from .errors import FunctionError, LimitError, TemplateError
from .functions.builtins import call
from .functions.registry import signature
from .nodes import (
    BoolNode,
    ChainNode,
    CommandNode,
    DotNode,
    FieldNode,
    IdentifierNode,
    NilNode,
    Node,
    NumberNode,
    PipeNode,
    StringNode,
    VariableNode,
)
from .quoting import quote
from .reflect import (
    INVALID,
    MISSING,
    Value,
    has_field,
    indirect,
    length,
    map_index,
    struct_field,
    truth,
    zero_element,
)
from .types import COMPLEXES, FLOATS, NILABLE, REFLECT_VALUE, SIGNED, STRING, UNSIGNED, GoType
from .values import GoStruct, HasMethods, Int, NamedString, Ptr, TypedMap, TypedSlice, kind_of

if TYPE_CHECKING:
    from .dialect import Dialect
    from .functions.registry import Function
    from .nodes import Tree
    from .world import World


class Budget:
    """Steps and output that one render may still use."""

    def __init__(self) -> None:
        self.steps = 0
        self.output = 0
        self.made = 0

    def step(self) -> None:
        """Count one step.

        Raises:
            LimitError: there were too many.
        """
        self.steps += 1
        if self.steps > limits.STEPS:
            raise LimitError("the render", limits.STEPS, "steps")

    def keep(self, value: object) -> None:
        """Count what a function returned.

        Raises:
            LimitError: it, or all of them together, are too large.
        """
        if isinstance(value, str):
            limits.check_size(len(value), "a function's result")
            self.made += len(value)
        elif isinstance(value, list | dict | TypedMap | TypedSlice):
            size = length(value)
            limits.check_items(size, "a function's result")
            self.made += 64 * size
        if self.made > limits.TOTAL_BYTES:
            raise LimitError("all results together", limits.TOTAL_BYTES, "bytes")


class State:
    """One executing template: its variables and the node that an error would be at.

    Args:
        tree: the template.
        text: the whole text that it stands in, for places.
        parse_name: what the text is called.
        world: what functions may know.
        dialect: the functions, and what a missing key means.
        budget: shared by all templates of one render.
        dot: what `$` is.
    """

    def __init__(
        self,
        tree: Tree,
        text: str,
        parse_name: str,
        world: World,
        dialect: Dialect,
        budget: Budget,
        dot: Value,
    ) -> None:
        self.tree = tree
        self.text = text
        self.parse_name = parse_name
        self.world = world
        self.dialect = dialect
        self.budget = budget
        self.variables: list[tuple[str, Value]] = [("$", dot)]
        self.node: Node = tree.root

    def fail(self, message: str, missing_key: str = "") -> NoReturn:
        """Raise Go's execution error at the current node."""
        before = self.text[: self.node.position]
        line = 1 + before.count("\n")
        tail = before[before.rfind("\n") + 1 :]
        column = len(tail.encode("utf-8", "surrogateescape"))
        place = f"{self.parse_name}:{line}:{column}"
        raise TemplateError(
            f"template: {place}: executing {quote(self.tree.name)} at <{self.node}>: {message}",
            phase="exec",
            line=line,
            column=column,
            missing_key=missing_key,
        )

    def step(self) -> None:
        """Count one step of the render."""
        try:
            self.budget.step()
        except LimitError as error:
            self.fail(str(error))

    # Variables.

    def set_variable(self, name: str, value: Value) -> None:
        """`$x = value`: the innermost variable of that name."""
        for index in range(len(self.variables) - 1, -1, -1):
            if self.variables[index][0] == name:
                self.variables[index] = (name, value)
                return
        self.fail(f"undefined variable: {name}")

    def _variable(self, name: str) -> Value:
        for known, value in reversed(self.variables):
            if known == name:
                return value
        self.fail(f"undefined variable: {name}")

    # Pipelines and commands.

    def pipeline(self, dot: Value, pipe: PipeNode | None) -> Value:
        """The value of a pipeline; its variables are declared or set on the way."""
        if pipe is None:
            return INVALID
        self.node = pipe
        value = MISSING
        for command in pipe.commands:
            value = self._command(dot, command, value)
            if value.boxed:
                value = Value(value.obj)
        for variable in pipe.declared:
            if pipe.assigns:
                self.set_variable(variable.names[0], value)
            else:
                self.variables.append((variable.names[0], value))
        return value

    def _not_a_function(self, args: list[Node], final: Value) -> None:
        if len(args) > 1 or final is not MISSING:
            self.fail(f"can't give argument to non-function {args[0]}")

    def _command(self, dot: Value, command: CommandNode, final: Value) -> Value:
        self.step()
        first, args = command.args[0], command.args
        match first:
            case FieldNode():
                return self._field_node(dot, first, args, final)
            case ChainNode():
                return self._chain(dot, first, args, final)
            case IdentifierNode():
                return self._function(dot, first, command, args, final)
            case PipeNode():
                self._not_a_function(args, final)
                return self.pipeline(dot, first)
            case VariableNode():
                return self._variable_node(dot, first, args, final)
        self.node = first
        self._not_a_function(args, final)
        match first:
            case BoolNode():
                return Value(first.true)
            case DotNode():
                return dot
            case NumberNode():
                return self._constant(first)
            case StringNode():
                return Value(first.text)
        self.fail("nil is not a command")

    def _constant(self, number: NumberNode) -> Value:
        self.node = number
        text = number.text
        if number.complex_value is not None:
            return Value(number.complex_value)
        hexadecimal = text[:1] == "0" and text[1:2] in ("x", "X") and not set("pP") & set(text)
        if (
            number.floating is not None
            and not hexadecimal
            and text[0] != "'"
            and set(".eEpP") & set(text)
        ):
            return Value(number.floating)
        if number.integer is not None:
            return Value(Int(number.integer))
        self.fail(f"{text} overflows int")

    # Fields.

    def _field_node(self, dot: Value, field: FieldNode, args: list[Node], final: Value) -> Value:
        self.node = field
        return self._field_chain(dot, dot, field, field.names, args, final)

    def _variable_node(
        self, dot: Value, variable: VariableNode, args: list[Node], final: Value
    ) -> Value:
        self.node = variable
        value = self._variable(variable.names[0])
        if len(variable.names) == 1:
            self._not_a_function(args or [variable], final)
            return value
        return self._field_chain(dot, value, variable, variable.names[1:], args, final)

    def _chain(self, dot: Value, chain: ChainNode, args: list[Node], final: Value) -> Value:
        self.node = chain
        if isinstance(chain.node, NilNode):
            self.fail(f"indirection through explicit nil in {chain}")
        receiver = self._argument(dot, None, chain.node)
        return self._field_chain(dot, receiver, chain, chain.names, args, final)

    def _field_chain(
        self,
        dot: Value,
        receiver: Value,
        node: Node,
        names: list[str],
        args: list[Node],
        final: Value,
    ) -> Value:
        for name in names[:-1]:
            receiver = self._field(dot, name, node, [], MISSING, receiver)
        return self._field(dot, names[-1], node, args, final, receiver)

    def _field(
        self, dot: Value, name: str, node: Node, args: list[Node], final: Value, receiver: Value
    ) -> Value:
        if not receiver.is_valid:
            if self.dialect.missing != "error":
                return INVALID
            self.fail(f"nil data; no entry for key {quote(name)}")
        shown = receiver.type.name
        holder, nil = indirect(receiver)
        if holder.boxed:
            self.fail(f"nil pointer evaluating {shown}.{name}")
        method = _method(receiver.obj, name)
        if method is not None:
            return self._call(dot, method, node, name, args, final)
        has_args = len(args) > 1 or final is not MISSING
        obj = holder.obj
        if isinstance(obj, GoStruct):
            try:
                found = struct_field(obj, name)
            except FunctionError:
                self.fail(f"{name} is an unexported field of struct type {shown}")
            if found is not None:
                if has_args:
                    self.fail(f"{name} has arguments but cannot be invoked as function")
                return found
        elif kind_of(obj) == "map" and STRING.assignable_to(holder.type.key):
            if has_args:
                self.fail(f"{name} is not a method but has arguments")
            entry = map_index(obj, name)
            if entry is not None:
                return entry
            if self.dialect.missing == "error":
                self.fail(f"map has no entry for key {quote(name)}", missing_key=name)
            return INVALID if self.dialect.missing == "default" else zero_element(obj)
        elif nil and kind_of(obj) == "ptr":
            target = holder.type.elem
            if target.kind != "struct" or has_field(target, name):
                self.fail(f"nil pointer evaluating {shown}.{name}")
        self.fail(f"can't evaluate field {name} in type {shown}")

    # Calls.

    def _function(
        self, dot: Value, node: IdentifierNode, command: Node, args: list[Node], final: Value
    ) -> Value:
        self.node = node
        return self._call(dot, self.dialect.functions[node.name], command, node.name, args, final)

    def _call(
        self,
        dot: Value,
        function: Function,
        node: Node,
        name: str,
        args: list[Node],
        final: Value,
    ) -> Value:
        args = args[1:]
        self._check_count(function, name, len(args), final)
        if name in ("and", "or"):
            return self._short_circuit(dot, name, args, final)
        values = [self._argument(dot, function.param(index), arg) for index, arg in enumerate(args)]
        if final is not MISSING:
            values.append(self._validate(final, function.param(len(args))))
        try:
            if name == "call":
                return call(str(args[0]) if args else _shown(values[0]), values[0])
            made = function.call(self.world, values)
            if function.result != REFLECT_VALUE:
                self.budget.keep(made.obj)
            return made
        except FunctionError as error:
            self.node = node
            self.fail(f"error calling {name}: {error}")

    def _check_count(self, function: Function, name: str, written: int, final: Value) -> None:
        given = written + (final is not MISSING)
        wanted = len(function.params)
        if function.variadic:
            if given < wanted - 1:
                self.fail(
                    f"wrong number of args for {name}: want at least {wanted - 1} got {written}"
                )
        elif given != wanted:
            self.fail(f"wrong number of args for {name}: want {wanted} got {given}")

    def _short_circuit(self, dot: Value, name: str, args: list[Node], final: Value) -> Value:
        value = INVALID
        for arg in args:
            value = self._argument(dot, REFLECT_VALUE, arg)
            if truth(value.obj) == (name == "or"):
                return value
        return value if final is MISSING else final

    def _validate(self, value: Value, go_type: GoType | None) -> Value:
        if not value.is_valid:
            if go_type is None or go_type == REFLECT_VALUE:
                return INVALID
            if go_type.kind in NILABLE:
                return Value(None, boxed=go_type.is_interface)
            self.fail(f"invalid value; expected {go_type.name}")
        if go_type is None or go_type == REFLECT_VALUE or value.type.assignable_to(go_type):
            return value
        if value.boxed and value.obj is not None:
            value = Value(value.obj)
            if value.type.assignable_to(go_type):
                return value
        if value.kind == "ptr" and value.type.elem.assignable_to(go_type):
            if not isinstance(value.obj, Ptr):
                self.fail(f"dereference of nil pointer of type {go_type.name}")
            return Value(value.obj.target)
        self.fail(f"wrong type for value; expected {go_type.name}; got {value.type.name}")

    def _argument(self, dot: Value, go_type: GoType | None, node: Node) -> Value:
        self.node = node
        match node:
            case DotNode():
                return self._validate(dot, go_type)
            case NilNode():
                if go_type is None or go_type == REFLECT_VALUE:
                    return INVALID
                if go_type.kind in NILABLE:
                    return Value(None, boxed=go_type.is_interface)
                self.fail(f"cannot assign nil to {go_type.name}")
            case FieldNode():
                return self._validate(self._field_node(dot, node, [], MISSING), go_type)
            case VariableNode():
                return self._validate(self._variable_node(dot, node, [], MISSING), go_type)
            case PipeNode():
                return self._validate(self.pipeline(dot, node), go_type)
            case IdentifierNode():
                return self._validate(self._function(dot, node, node, [], MISSING), go_type)
            case ChainNode():
                return self._validate(self._chain(dot, node, [], MISSING), go_type)
        assert go_type is not None, "only chains have no type, and their heads are handled above"
        return self._literal(go_type, node)

    def _literal(self, go_type: GoType, node: Node) -> Value:
        """A constant as an argument of a known type."""
        kind = go_type.kind
        if go_type.is_interface or go_type == REFLECT_VALUE:
            if isinstance(node, BoolNode):
                return Value(node.true)
            if isinstance(node, NumberNode):
                return self._constant(node)
            if isinstance(node, StringNode):
                return Value(node.text)
        found: object = None
        wanted = ""
        if kind == "bool":
            wanted, found = "bool", node.true if isinstance(node, BoolNode) else None
        elif kind == "string":
            wanted, found = "string", node.text if isinstance(node, StringNode) else None
        elif kind in SIGNED | UNSIGNED | FLOATS | COMPLEXES:
            wanted, found = _number(kind, node)
        if not wanted:
            self.fail(f"can't handle {node} for arg of type {go_type.name}")
        if found is None:
            self.fail(f"expected {wanted}; found {node}")
        if isinstance(found, str) and go_type.name != "string":
            return Value(NamedString(go_type, found))
        if kind in SIGNED | UNSIGNED and isinstance(found, int) and go_type.name != "int64":
            return Value(Int(found, go_type))
        return Value(found)


def _shown(value: Value) -> str:
    """Go's `reflect.Value.String`."""
    if isinstance(value.obj, str):
        return str(value.obj)
    return f"<{value.type.name} Value>" if value.is_valid else "<invalid Value>"


def _method(obj: object, name: str) -> Function | None:
    """A method of a value, or of the last pointer on the way to it."""
    while isinstance(obj, Ptr) and not isinstance(obj, HasMethods):
        obj = obj.target
    declared = obj.go_methods().get(name) if isinstance(obj, HasMethods) else None
    return None if declared is None else signature(*declared, worldly=False)


def _number(kind: str, node: Node) -> tuple[str, object]:
    number = node if isinstance(node, NumberNode) else None
    if kind in SIGNED:
        return "integer", number.integer if number else None
    if kind in UNSIGNED:
        return "unsigned integer", number.unsigned if number else None
    if kind in FLOATS:
        return "float", number.floating if number else None
    return "complex", number.complex_value if number else None
