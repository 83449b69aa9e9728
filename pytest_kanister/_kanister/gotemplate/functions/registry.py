"""How a template function is declared: its Go signature and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ..reflect import Value
from ..types import BUILTIN, REFLECT_VALUE, SIGNED, UNSIGNED, GoType
from ..values import Int

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..world import World

Implementation = TypeVar("Implementation", bound="Callable[..., object]")

_SHORT = {"any": "interface {}", "map": "map[string]interface {}", "value": "reflect.Value"}


@dataclass(frozen=True, slots=True)
class Function:
    """A function that templates may call.

    Attributes:
        params: Go types of its parameters; of a variadic one's last the element type.
        variadic: the last parameter takes any number of arguments.
        result: Go type of what it returns.
        implementation: takes Go values (for `reflect.Value` parameters `Value`s) and returns one;
            raises `FunctionError` where Go returns an error or panics.
        worldly: the implementation takes the `World` first.
    """

    params: tuple[GoType, ...]
    variadic: bool
    result: GoType
    implementation: Callable[..., object]
    worldly: bool

    def call(self, world: World, arguments: list[Value]) -> Value:
        """Call it with arguments that have been checked against `params`."""
        given = [
            value if self.param(index) == REFLECT_VALUE else value.obj
            for index, value in enumerate(arguments)
        ]
        made = self.implementation(*([world] if self.worldly else []), *given)
        if isinstance(made, Value):
            return made
        return Value(self._typed(made), boxed=self.result.is_interface)

    def param(self, index: int) -> GoType:
        """The type of the argument at `index`."""
        return self.params[min(index, len(self.params) - 1)]

    def _typed(self, made: object) -> object:
        whole = self.result.kind in SIGNED or self.result.kind in UNSIGNED
        if isinstance(made, Int) or not isinstance(made, int):
            return made
        if whole and self.result.name != "int64":
            return Int(made, self.result)
        return made


def signature(text: str, implementation: Callable[..., object], *, worldly: bool) -> Function:
    """Read a signature such as `string, ...any -> string`.

    Args:
        text: Go types; besides them `any`, `map` (with values of any type) and `value` (reflect's).
        implementation: see `Function`.
        worldly: see `Function`.
    """
    before, _, after = text.partition("->")
    names = [name.strip() for name in before.split(",") if name.strip()]
    variadic = bool(names) and names[-1].startswith("...")
    params = tuple(_type(name.removeprefix("...")) for name in names)
    return Function(params, variadic, _type(after.strip()), implementation, worldly)


def _type(name: str) -> GoType:
    return BUILTIN.type(_SHORT.get(name, name))


class Family:
    """A group of functions, each declared by a decorator.

    Attributes:
        functions: name to function.
    """

    def __init__(self) -> None:
        self.functions: dict[str, Function] = {}

    def add(
        self, names: str, text: str, *, worldly: bool = False
    ) -> Callable[[Implementation], Implementation]:
        """Declare a function.

        Args:
            names: one or more names, separated by spaces.
            text: see `signature`.
            worldly: see `Function`.
        """

        def declare(implementation: Implementation) -> Implementation:
            for name in names.split():
                made = signature(text, implementation, worldly=worldly)
                self.functions[name] = made
            return implementation

        return declare
