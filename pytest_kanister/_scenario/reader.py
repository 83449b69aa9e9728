"""Reading one YAML document with errors that point at the very key."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pytest_kanister._scenario.model import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._base.positions import Document, Path
    from pytest_kanister.errors import ScenarioError

__all__ = ["Reader"]


class Reader:
    """One value of a document and its path; every method checks before it hands out."""

    def __init__(self, document: Document, path: Path = ()) -> None:
        self.document = document
        self.path = path

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

    def at(self, *keys: str | int) -> Reader:
        """A part of the value."""
        return Reader(self.document, (*self.path, *keys))

    def has(self, key: str) -> bool:
        """Whether the mapping holds `key`."""
        return key in self.data

    def mapping(self, *, required: Sequence[str] = (), optional: Sequence[str] | None = ()) -> Any:
        """The value, a mapping with these keys and no other (`optional` None: any other)."""
        data = self.data
        if not isinstance(data, dict):
            raise self.error(f"{self.label}: expected a mapping, found {_name(data)}")
        if optional is not None:
            known = [*required, *optional]
            for key in data:
                if key not in known:
                    raise self.at(key).error(
                        f"{self.label}: unknown key {key!r}", _did_you_mean(key, known)
                    )
        for key in required:
            if key not in data:
                raise self.error(f"{self.label}: the key {key!r} is missing")
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
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return repr(value)


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
