"""Reading one YAML document with errors that point at the very key."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_kanister._scenario.model import Mark
from pytest_kanister.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_kanister._base.positions import Document, Path

__all__ = ["Reader", "did_you_mean"]

T = TypeVar("T")

_FOREVER_S = 1e9
"""More than any clock of the system takes; infinity is more, too."""


class Reader:
    """One value of a document and its path; every method checks before it hands out.

    Mistakes that need not end the reading are gathered in `problems`, which all readers of a
    document share: an author gets them all at once.
    """

    def __init__(
        self, document: Document, path: Path = (), problems: list[ScenarioError] | None = None
    ) -> None:
        self.document = document
        self.path = path
        self.problems: list[ScenarioError] = [] if problems is None else problems

    @property
    def data(self) -> Any:
        """The plain value."""
        value = self.document.data
        for key in self.path:
            value = value[key]
        return value

    @property
    def mark(self) -> Mark:
        """Where the value stands."""
        line, column = self.document.at(self.path)
        return Mark(self.document.file, line, column)

    @property
    def label(self) -> str:
        """`spec.steps[0].seed`, for messages."""
        text = ""
        for key in self.path:
            text += f"[{key}]" if isinstance(key, int) else f".{key}"
        return text.lstrip(".") or "the document"

    def error(self, message: str, remedy: str = "") -> ScenarioError:
        """An error that points at the value."""
        return self.document.error(self.path, message, remedy)

    def note(self, message: str, remedy: str = "") -> None:
        """Gathers an error that points at the value; reading goes on."""
        self.problems.append(self.error(message, remedy))

    def at(self, *keys: str | int) -> Reader:
        """A part of the value."""
        return Reader(self.document, (*self.path, *keys), self.problems)

    def has(self, key: str) -> bool:
        """Whether the value is a mapping that holds `key`."""
        return isinstance(self.data, dict) and key in self.data

    def attempt(self, parse: Callable[[Reader], T], default: T) -> T:
        """What `parse` makes of the value; `default` when it finds a mistake, which is gathered."""
        try:
            return parse(self)
        except ScenarioError as error:
            self.problems.append(error)
            return default

    def field(self, key: str, parse: Callable[[Reader], T], default: T) -> T:
        """As `attempt` for the value's part `key`; `default` also when there is no such part."""
        return self.at(key).attempt(parse, default) if self.has(key) else default

    def mapping(self, *, required: Sequence[str] = (), optional: Sequence[str] | None = ()) -> Any:
        """The value, a mapping with these keys and no other (`optional` None: any other).

        Unknown keys are gathered; a missing one is raised.
        """
        data = self.data
        if not isinstance(data, dict):
            raise self.error(f"{self.label}: expected a mapping, found {_name(data)}")
        errors: dict[str, ScenarioError] = {}
        if optional is not None:
            for key in data:
                if key not in (*required, *optional):
                    errors[key] = self.at(key).error(
                        f"{self.label}: unknown key {key!r}",
                        did_you_mean(key, [*required, *optional]),
                    )
        missing = [key for key in required if key not in data]
        for key in missing:
            # Of a misspelt key it is enough to hear once.
            if not any(f"mean {key!r}" in error.remedy for error in errors.values()):
                errors[key] = self.error(f"{self.label}: the key {key!r} is missing")
        found = list(errors.values())
        self.problems += found[:-1] if missing else found
        if missing:
            raise found[-1]
        return data

    def items(self) -> list[Reader]:
        """The value's parts, a list."""
        if not isinstance(self.data, list):
            raise self.error(f"{self.label}: expected a list, found {_name(self.data)}")
        return [self.at(index) for index in range(len(self.data))]

    def text(self) -> str:
        """The value, a text that is not empty."""
        if not isinstance(self.data, str) or not self.data.strip():
            raise self.error(f"{self.label}: expected a text, found {_name(self.data)}")
        return self.data

    def scalar(self) -> str:
        """The value as a text: what is written as number or switch is meant as one."""
        if isinstance(self.data, bool):
            return "true" if self.data else "false"
        if isinstance(self.data, int | float):
            return str(self.data)
        if not isinstance(self.data, str):
            raise self.error(f"{self.label}: expected a text, found {_name(self.data)}")
        return self.data

    def switch(self) -> bool:
        """The value, true or false."""
        if not isinstance(self.data, bool):
            raise self.error(f"{self.label}: expected true or false, found {_name(self.data)}")
        return self.data

    def seconds(self) -> float:
        """The value, a number of seconds above zero."""
        data = self.data
        number = isinstance(data, int | float) and not isinstance(data, bool)
        if not number or not 0 < data < _FOREVER_S:
            raise self.error(f"{self.label}: expected seconds above zero, found {_name(data)}")
        return float(data)

    def texts(self) -> dict[str, str]:
        """The value, a mapping of texts; numbers and switches are taken as they are written."""
        return {key: self.at(key).scalar() for key in self.mapping(optional=None)}

    def one_of(self, choices: Sequence[str]) -> str:
        """The value, one of these words."""
        if self.data not in choices:
            raise self.error(
                f"{self.label}: expected {' or '.join(choices)}, found {_name(self.data)}"
            )
        word: str = self.data
        return word


def _name(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list"
    return repr(value)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A remedy for a word that is not known here: the nearest one, else all."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
