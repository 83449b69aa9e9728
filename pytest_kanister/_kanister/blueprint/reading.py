"""`Blueprint`: a Blueprint file with the position of everything in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.positions import Document, load_documents
from pytest_kanister.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pytest_kanister._base.positions import Path as YamlPath
    from pytest_kanister._model.api import Object

__all__ = ["Blueprint", "read_blueprint"]

_API_VERSION = "cr.kanister.io/v1alpha1"


@dataclass(frozen=True)
class Blueprint:
    """One Blueprint as its author wrote it.

    Attributes:
        name: `metadata.name`.
        data: the whole manifest.
        document: the manifest with positions.
        path: its file.
        digest: SHA-256 of the file's bytes, hexadecimal.
        lines: the file's lines.
    """

    name: str
    data: Object
    document: Document
    path: Path
    digest: str
    lines: Sequence[str] = field(repr=False)

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions' names, in the file's order."""
        return tuple(self.data["actions"])

    def phases(self, action: str) -> list[str]:
        """The phases' names of an action, in order, the deferred one last."""
        return [str(phase.get("name", "")) for _, phase in self._phases(action)]

    def where(self, action: str, phase: str = "") -> str:
        """`file:line:column` of a phase, or of the action when there is no such phase."""
        return self.document.where(self._path(action, phase))

    def position_in(self, action: str, phase: str, path: YamlPath, line: int, column: int) -> str:
        """`file:line:column` of a place inside a template.

        Args:
            action: the action's name.
            phase: the phase's name.
            path: where the template stands inside the phase (`("args", "command", 3)`).
            line: 1-based line of the template's text.
            column: 1-based column of that line; 0 when the whole line is meant.
        """
        whole = (*self._path(action, phase), *path)
        if whole in self.document.blocks:
            first, _ = self.document.blocks[whole]
            folded = self._source(self.document.values[whole]).startswith(">")
            if folded:  # its line breaks are gone, so lines cannot be told apart
                return f"{self.document.file}:{first}"
            number = first + line - 1
            return self._place(number, column and column + self._indent(first))
        start, begin = self.document.values.get(whole, self.document.at(whole))
        if line > 1:
            return self._place(start, 0)  # a flow scalar's lines are joined
        quoted = self._source((start, begin))[:1] in ("'", '"')
        return self._place(start, column and begin + quoted + column - 1)

    def action(self, action: str) -> Object:
        """An action's mapping; empty when there is no such action."""
        found: Object = self.data["actions"].get(action) or {}
        return found

    def phase(self, action: str, phase: str) -> Object | None:
        """A phase's mapping; None when the action has no such phase."""
        return next((body for _, body in self._phases(action) if body.get("name") == phase), None)

    def _phases(self, action: str) -> Iterator[tuple[YamlPath, Any]]:
        body = self.action(action)
        for index, phase in enumerate(body.get("phases") or ()):
            yield ("actions", action, "phases", index), phase
        if body.get("deferPhase"):
            yield ("actions", action, "deferPhase"), body["deferPhase"]

    def _path(self, action: str, phase: str) -> YamlPath:
        for path, found in self._phases(action):
            if phase and found.get("name") == phase:
                return path
        return ("actions", action)

    def _source(self, position: tuple[int, int]) -> str:
        line, column = position
        return self.lines[line - 1][column - 1 :] if line <= len(self.lines) else ""

    def _indent(self, first: int) -> int:
        for line in self.lines[first - 1 :]:
            if line.strip():
                return len(line) - len(line.lstrip(" "))
        return 0

    def _place(self, line: int, column: int) -> str:
        return f"{self.document.file}:{line}" + (f":{column}" if column else "")


def read_blueprint(path: Path) -> Blueprint:
    """Reads a Blueprint file.

    Raises:
        ScenarioError: not readable, not YAML, not a Blueprint, no actions, a key twice.
    """
    file = str(path)
    try:
        content = path.read_bytes()
        text = content.decode()
    except OSError as error:
        raise ScenarioError(
            f"the Blueprint cannot be read: {error.strerror}",
            file=file,
            remedy="a relative path is looked up beside the test or scenario, then among the "
            "bundled Blueprints",
        ) from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ScenarioError("the Blueprint is not UTF-8 text", file=file, line=line) from None
    documents = load_documents(text, file)
    if len(documents) != 1:
        raise ScenarioError(f"expected one Blueprint, found {len(documents)} documents", file=file)
    document = documents[0]
    _require_blueprint(document)
    name = document.data["metadata"]["name"]
    return Blueprint(
        name=name,
        data=document.data,
        document=document,
        path=path,
        digest=hashlib.sha256(content).hexdigest(),
        lines=tuple(text.splitlines()),
    )


def _require_blueprint(document: Document) -> None:
    data = document.data
    if not isinstance(data, dict):
        raise document.error((), f"expected a Blueprint, found {_kind_of(data)}")
    for key, expected in (("apiVersion", _API_VERSION), ("kind", "Blueprint")):
        if data.get(key) != expected:
            raise document.error((key,), f"{key}: expected {expected}, found {data.get(key)!r}")
    metadata = data.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        raise document.error(("metadata",), "metadata.name: expected the Blueprint's name")
    actions = data.get("actions")
    if not isinstance(actions, dict) or not actions:
        remedy = "a Blueprint has no `spec`: `actions` stands at the top" if "spec" in data else ""
        raise document.error(
            ("actions",),
            f"actions: expected at least one action, found {_kind_of(actions)}",
            remedy,
        )
    for name, action in actions.items():
        _require_action(document, ("actions", name), action)


def _require_action(document: Document, path: YamlPath, action: object) -> None:
    if not isinstance(action, dict):
        raise document.error(path, f"expected an action, found {_kind_of(action)}")
    phases = action.get("phases", [])
    if not isinstance(phases, list):
        raise document.error(
            (*path, "phases"), f"phases: expected a list, found {_kind_of(phases)}"
        )
    found = [((*path, "phases", index), phase) for index, phase in enumerate(phases)]
    if "deferPhase" in action:
        found.append(((*path, "deferPhase"), action["deferPhase"]))
    for place, phase in found:
        if not isinstance(phase, dict):
            raise document.error(place, f"expected a phase, found {_kind_of(phase)}")
        for key in ("name", "func"):
            if not isinstance(phase.get(key, ""), str):
                raise document.error(
                    (*place, key), f"{key}: expected a text, found {_kind_of(phase[key])}"
                )


def _kind_of(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", type(None): "nothing"}
    return names.get(type(value), repr(value))
