"""`pytest-kanister render BLUEPRINT`: its actions as Kanister would run them, without a cluster."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.positions import load_documents
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._kanister.blueprint.lint.templates.made_up import made_up
from pytest_kanister._kanister.blueprint.lint.view import ActionView, PhaseView, View
from pytest_kanister._kanister.params import ParamsError, TemplateParams, render_text
from pytest_kanister.errors import RoundTripMismatch, ScenarioError, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_kanister._kanister.blueprint.lint.texts import Text

__all__ = ["main"]

_UNRENDERED = ("Wait", "WaitV2")
_HIDDEN = "***"


def main(arguments: Sequence[str]) -> int:
    """Runs `render`; returns 0 when every template renders, else 1."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister render",
        description="Renders a Blueprint's templates with the parameters of a file, or with "
        "made-up ones. What Kanister knows at each moment is kept apart: objects are rendered "
        "before any phase, arguments before their phase. Secrets are printed as ***.",
    )
    parser.add_argument("blueprint", type=Path, help="a Blueprint file")
    parser.add_argument("--action", help="this action only")
    parser.add_argument(
        "--params",
        type=Path,
        metavar="FILE",
        help="YAML with the parameters by the names that templates use (StatefulSet: {Name: …})",
    )
    parser.add_argument(
        "--show-params", action="store_true", help="print parameters that would do, as such a file"
    )
    chosen = parser.parse_args(arguments)
    blueprint = read_blueprint(chosen.blueprint)
    view = View(blueprint.document, blueprint.lines)
    actions = _chosen(view, chosen.action)
    given = _read(chosen.params) if chosen.params else None
    if chosen.show_params:
        print(_dump(_made_up(actions)), end="")
        return 0
    if given is None:
        print("parameters are made up; --show-params prints them", file=sys.stderr)
    failed = False
    for action in actions:
        rendering = _Rendering(action, given if given is not None else _made_up([action]))
        print(_dump({action.name: rendering.action()}), end="")
        for line in rendering.failures:
            print(line, file=sys.stderr)
        failed = failed or bool(rendering.failures)
    return RoundTripMismatch.exit_code if failed else 0


def _chosen(view: View, name: str | None) -> list[ActionView]:
    if name is None:
        return list(view.actions)
    action = view.action(name)
    if action is None:
        there = ", ".join(action.name for action in view.actions)
        raise UsageProblem(f"--action: expected one of {there}, found {name!r}")
    return [action]


def _read(path: Path) -> dict[str, Any]:
    try:
        documents = load_documents(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"--params: cannot read {path}: {error}") from None
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        raise ScenarioError("expected a mapping of parameters", file=str(path))
    found: dict[str, Any] = documents[0].data
    return found


def _made_up(actions: list[ActionView]) -> dict[str, Any]:
    return made_up(
        reference
        for action in actions
        for phase, text in action.texts
        if text.path[-1] != "condition"
        for reference in action.template(phase, text).references
    )


def _dump(tree: object) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Scripts stay scripts."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    shown: str = yaml.dump(tree, Dumper=Dumper, sort_keys=False, width=1000, allow_unicode=True)
    return shown


class _Rendering:
    """One action in Kanister's order.

    Attributes:
        failures: `file:line:column: words` of each template that fails.
    """

    def __init__(self, action: ActionView, plain: dict[str, Any]) -> None:
        self._action = action
        self._plain = {**plain}
        self._phases: dict[str, Any] = self._plain.pop("Phases", None) or {}
        self._deferred: Any = self._plain.pop("DeferPhase", None) or {}
        self._secrets = sorted(set(_secrets({**plain})), key=len, reverse=True)
        self.failures: list[str] = []

    def action(self) -> dict[str, Any]:
        """The action with every template filled in."""
        seen: dict[str, Any] = {}
        shown: dict[str, Any] = {}
        for phase in self._action.phases:
            place = ("deferPhase",) if phase.is_deferred else ("phases",)
            rendered = self._phase(phase, seen)
            if phase.is_deferred:
                shown[place[0]] = rendered
            else:
                shown.setdefault(place[0], []).append(rendered)
            seen = {**seen, phase.name: self._phases.get(phase.name) or {}}
        if self._action.outputs:
            params = self._params(seen, self._deferred)
            path = (*self._action.path, "outputArtifacts")
            shown["outputArtifacts"] = self._tree(path, self._action.outputs, params)
        return shown

    def _phase(self, phase: PhaseView, seen: dict[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {"func": phase.func, "name": phase.name}
        if phase.objects:
            launch = self._params({}, {})
            body["objects"] = self._tree((*phase.path, "objects"), phase.objects, launch)
        own = {**(self._phases.get(phase.name) or {}), "Output": None}
        deferred = {**self._deferred, "Output": None} if phase.is_deferred else {}
        phases = seen if phase.is_deferred else {**seen, phase.name: own}
        if phase.func in _UNRENDERED:
            body["args"] = phase.args
        else:
            params = self._params(phases, deferred)
            body["args"] = self._tree((*phase.path, "args"), phase.args, params)
        return body

    def _params(self, phases: dict[str, Any], deferred: dict[str, Any]) -> TemplateParams:
        plain = {**self._plain, "Phases": phases, "DeferPhase": deferred or None}
        return TemplateParams(_with_bytes(plain))

    def _tree(self, path: tuple[str | int, ...], tree: Any, params: TemplateParams) -> Any:
        if isinstance(tree, dict):
            view = self._action.view
            rendered = {}
            for key, value in tree.items():
                named = {text.path: text for text in view.texts(path, {key: ""}) if text.is_key}
                shown = self._text(named[*path, key], params) if (*path, key) in named else key
                rendered[shown] = self._tree((*path, key), value, params)
            return rendered
        if isinstance(tree, list):
            return [self._tree((*path, number), item, params) for number, item in enumerate(tree)]
        if isinstance(tree, str) and "{{" in tree:
            return self._text(self._action.view.text(path), params)
        return tree

    def _text(self, text: Text, params: TemplateParams) -> str:
        try:
            rendered = render_text(text.value, params, text.path)
        except ParamsError as error:
            line, column = text.position(max(text.value.find("{{"), 0))
            where = f"{text.document.file}:{line}:{column}"
            self.failures.append(f"{where}: {getattr(error, 'go_text', '') or error}")
            return text.value
        for secret in self._secrets:
            rendered = rendered.replace(secret, _HIDDEN)
        return rendered


def _secrets(tree: Any, *, inside: bool = False) -> Iterator[str]:
    """Texts below a Secret's data and below the Profile's credential."""
    if isinstance(tree, dict):
        for key, inner in tree.items():
            below = inside or key in ("Secrets", "Credential")
            if key not in ("Name", "Namespace", "Type", "ID"):
                yield from _secrets(inner, inside=below)
    elif inside and isinstance(tree, str) and tree:
        yield tree


def _with_bytes(tree: Any, *, names: tuple[str, ...] = ()) -> Any:
    """Secrets' data as Go has them."""
    if isinstance(tree, dict):
        return {key: _with_bytes(inner, names=(*names, key)) for key, inner in tree.items()}
    if isinstance(tree, str) and "Data" in names and ({"Secrets", "Secret"} & set(names)):
        return tree.encode()
    return tree
