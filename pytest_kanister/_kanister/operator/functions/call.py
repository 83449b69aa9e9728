"""What a function gets, and how it reads its arguments: weakly typed, as Kanister does."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.gotemplate.values import type_of
from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.status import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_kanister._kanister.operator.controller import Controller
    from pytest_kanister._kanister.operator.logging import Log
    from pytest_kanister._kanister.params import TemplateParams
    from pytest_kanister._model.api import Api, Object

__all__ = ["Call", "Progress", "go_kind", "unconvertible"]

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"", "0", "f", "F", "FALSE", "false", "False"})


@dataclass
class Progress:
    """What a function reports while it runs: `0` at its start, `100` at its end."""

    percent: str = ""
    transition: str = ""

    def report(self, percent: str) -> None:
        """Sets the percentage and the time."""
        self.percent = percent
        self.transition = now()

    def to_status(self) -> Object:
        """As a phase's `progress`."""
        return {"progressPercent": self.percent, "lastTransitionTime": self.transition}


@dataclass
class Call:
    """One run of a function.

    Attributes:
        controller: whose run it is.
        func: the function's name.
        args: rendered (for Wait and WaitV2: as written).
        params: the action's template parameters.
        labels: the ActionSet's labels.
        log: where to log.
        at_end: what is done when the action has ended, however.
    """

    controller: Controller
    func: str
    args: Mapping[str, Any]
    params: TemplateParams
    labels: Mapping[str, str]
    log: Log
    at_end: AsyncExitStack = field(default_factory=AsyncExitStack)
    api: Api = field(init=False)

    def __post_init__(self) -> None:
        self.api = self.controller.api

    def has(self, name: str) -> bool:
        """Whether the argument is given."""
        return name in self.args

    def text(self, name: str, default: str | None = None) -> str:
        """A string; numbers and booleans become one.

        Raises:
            KanisterError: no scalar.
        """
        value = self._value(name, default)
        if isinstance(value, dict | list):
            raise self.undecodable(name, unconvertible("", "string", value))
        return _to_text(value)

    def texts(self, name: str) -> list[str]:
        """A list of strings; a scalar becomes a list of one."""
        value = self._value(name, None)
        items = value if isinstance(value, list) else [value]
        self._require_scalars(name, enumerate(items))
        return [_to_text(item) for item in items]

    def truth(self, name: str, *, default: bool) -> bool:
        """A boolean; the texts that Go's ParseBool takes, numbers by being zero, empty is false."""
        value = self.args.get(name, default)
        if isinstance(value, str):
            if value in _TRUE:
                return True
            if value in _FALSE:
                return False
            shown = json.dumps(value, ensure_ascii=False)
            reason = f"strconv.ParseBool: parsing {shown}: invalid syntax"
            raise self.undecodable(name, f"cannot parse '' as bool: {reason}")
        if isinstance(value, bool | int | float):
            return bool(value)
        raise self.undecodable(name, unconvertible("", "bool", value))

    def mapping(self, name: str) -> dict[str, Any]:
        """A map; empty when not given."""
        value = self.args.get(name) or {}
        if not isinstance(value, dict):
            raise self.undecodable(name, f"'' expected a map, got '{go_kind(value)}'")
        return value

    def strings(self, name: str) -> dict[str, str]:
        """A map of strings; empty when not given."""
        found = self.mapping(name)
        self._require_scalars(name, found.items())
        return {key: _to_text(value) for key, value in found.items()}

    def undecodable(self, name: str, reason: str) -> KanisterError:
        """The error for an argument of a wrong type; the reason in the words of `mapstructure`."""
        return KanisterError(f"Failed to decode arg `{name}`", cause=KanisterError(reason))

    def _require_scalars(self, name: str, items: Iterable[tuple[Any, Any]]) -> None:
        wrong = [
            f"* {unconvertible(f'[{key}]', 'string', value)}"
            for key, value in items
            if isinstance(value, dict | list)
        ]
        if wrong:
            listed = "\n".join(sorted(wrong))
            raise self.undecodable(name, f"{len(wrong)} error(s) decoding:\n\n{listed}")

    def _value(self, name: str, default: Any) -> Any:
        # Required arguments have been checked: without default it is there.
        return self.args[name] if default is None else self.args.get(name, default)


def unconvertible(place: str, wanted: str, value: Any) -> str:
    """`mapstructure`'s words for a value of a wrong type."""
    go_type = type_of(value)
    found = "" if go_type is None else go_type.name
    return f"'{place}' expected type '{wanted}', got unconvertible type '{found}'"


def go_kind(value: Any) -> str:
    """What Go calls the kind of a decoded value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "slice"
    if isinstance(value, dict):
        return "map"
    return "float64" if isinstance(value, float) else "int64"


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return str(value)
