"""A Blueprint as rules look at it: actions, phases, texts, templates, scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.lint.model import Place, Problem
from pytest_kanister._kanister.blueprint.lint.shell.scripts import Script, scripts_of
from pytest_kanister._kanister.blueprint.lint.templates.reading import Template, read_template
from pytest_kanister._kanister.blueprint.lint.texts import Text
from pytest_kanister._kanister.gotemplate.dialect import KANISTER, KUBECTL, LENIENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_kanister._base.positions import Document, Path

__all__ = ["ActionView", "PhaseView", "View"]


@dataclass(frozen=True, eq=False)
class PhaseView:
    """A phase.

    Attributes:
        action: whose it is.
        path: where it stands.
        body: its mapping.
        number: from 0 on; the deferred one comes last.
        is_deferred: whether it is the deferPhase.
    """

    action: ActionView
    path: Path
    body: dict[str, Any]
    number: int
    is_deferred: bool

    @property
    def name(self) -> str:
        """Its name; empty when it has none."""
        return str(self.body.get("name") or "")

    @property
    def func(self) -> str:
        """Its function."""
        return str(self.body.get("func") or "")

    @property
    def args(self) -> dict[str, Any]:
        """Its arguments."""
        found = self.body.get("args")
        return found if isinstance(found, dict) else {}

    @property
    def objects(self) -> dict[str, Any]:
        """References to Secrets and ConfigMaps by name."""
        found = self.body.get("objects")
        return found if isinstance(found, dict) else {}

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        """Its scripts."""
        return tuple(scripts_of(self))

    def text(self, path: Path) -> Text:
        """The text at a path."""
        return self.action.view.text(path)

    def template(self, text: Text) -> Template:
        """A text of this phase as the template that it is there."""
        if text.path[-1] == "condition" and self.func in ("Wait", "WaitV2"):
            return read_template(text.value, LENIENT if self.func == "Wait" else KUBECTL)
        return read_template(text.value)

    def place(self, *path: str | int) -> Place:
        """Where a key of the phase stands (or what is next above it)."""
        return self.action.view.place(*self.path, *path)

    @cached_property
    def argument_texts(self) -> tuple[Text, ...]:
        """Every text in its arguments, keys of maps included where they are templates."""
        return tuple(self.action.view.texts((*self.path, "args"), self.body.get("args")))

    @cached_property
    def object_texts(self) -> tuple[Text, ...]:
        """Every text in its references."""
        return tuple(self.action.view.texts((*self.path, "objects"), self.body.get("objects")))


@dataclass(frozen=True, eq=False)
class ActionView:
    """An action."""

    view: View
    name: str
    body: dict[str, Any]

    @property
    def path(self) -> Path:
        """Where it stands."""
        return ("actions", self.name)

    @cached_property
    def phases(self) -> tuple[PhaseView, ...]:
        """Its phases; the deferred one comes last."""
        found = []
        listed = self.body.get("phases")
        for number, body in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(body, dict):
                path = (*self.path, "phases", number)
                found.append(PhaseView(self, path, body, number, is_deferred=False))
        deferred = self.body.get("deferPhase")
        if isinstance(deferred, dict):
            path = (*self.path, "deferPhase")
            found.append(PhaseView(self, path, deferred, len(found), is_deferred=True))
        return tuple(found)

    @property
    def outputs(self) -> dict[str, Any]:
        """`outputArtifacts`."""
        found = self.body.get("outputArtifacts")
        return found if isinstance(found, dict) else {}

    @property
    def inputs(self) -> list[str]:
        """`inputArtifactNames`."""
        found = self.body.get("inputArtifactNames")
        return [str(name) for name in found] if isinstance(found, list) else []

    @cached_property
    def output_texts(self) -> tuple[Text, ...]:
        """Every text of its output artifacts."""
        path = (*self.path, "outputArtifacts")
        return tuple(self.view.texts(path, self.body.get("outputArtifacts")))

    @property
    def texts(self) -> Iterator[tuple[PhaseView | None, Text]]:
        """Every text with the phase that it belongs to."""
        for phase in self.phases:
            for text in (*phase.object_texts, *phase.argument_texts):
                yield phase, text
        for text in self.output_texts:
            yield None, text

    @property
    def scripts(self) -> Iterator[Script]:
        """Every script of its phases."""
        for phase in self.phases:
            yield from phase.scripts

    def template(self, phase: PhaseView | None, text: Text) -> Template:
        """A text as a template."""
        return phase.template(text) if phase else read_template(text.value, KANISTER)


@dataclass(frozen=True, eq=False)
class View:
    """A Blueprint document.

    Attributes:
        document: the document with positions.
        lines: the file's lines.
    """

    document: Document
    lines: Sequence[str] = field(repr=False)

    @property
    def data(self) -> dict[str, Any]:
        """The manifest."""
        found: dict[str, Any] = self.document.data
        return found

    @cached_property
    def actions(self) -> tuple[ActionView, ...]:
        """Its actions, in the file's order."""
        found = self.data.get("actions")
        return tuple(
            ActionView(self, name, body)
            for name, body in (found.items() if isinstance(found, dict) else ())
            if isinstance(body, dict)
        )

    @property
    def phases(self) -> Iterator[PhaseView]:
        """Every phase of every action."""
        for action in self.actions:
            yield from action.phases

    @property
    def scripts(self) -> Iterator[Script]:
        """Every script of every phase."""
        for phase in self.phases:
            yield from phase.scripts

    def action(self, name: str) -> ActionView | None:
        """An action by name."""
        return next((action for action in self.actions if action.name == name), None)

    def text(self, path: Path) -> Text:
        """The text at a path."""
        here: Any = self.data
        for step in path:
            here = here[step]
        return Text(path, str(here), self.document, self.lines)

    def texts(self, path: Path, tree: Any) -> Iterator[Text]:
        """Every text below a path, the keys of maps before their values."""
        if isinstance(tree, str):
            yield Text(path, tree, self.document, self.lines)
        elif isinstance(tree, dict):
            for key, inner in tree.items():
                if "{{" in key:
                    yield Text((*path, key), key, self.document, self.lines, is_key=True)
                yield from self.texts((*path, key), inner)
        elif isinstance(tree, list):
            for number, inner in enumerate(tree):
                yield from self.texts((*path, number), inner)

    def place(self, *path: str | int) -> Place:
        """Where a key, or else the value, at a path stands; the nearest one above otherwise."""
        line, column = self.document.at(path)
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        rest = text[column - 1 :].rstrip()
        name = str(path[-1]) if path else ""
        return Place(line, column, len(name) if name and rest.startswith(name) else len(rest) or 1)

    def problem(self, path: Path, message: str) -> Problem:
        """A problem at a key."""
        return Problem(self.place(*path), message)
