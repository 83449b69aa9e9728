"""`load_scenario`: a `*.kanister.yaml` file becomes a `Scenario`, or an error that points in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.positions import load_documents
from pytest_kanister._scenario.check import check_steps
from pytest_kanister._scenario.defaults import default_steps
from pytest_kanister._scenario.model import (
    API_VERSION,
    Exemption,
    Scenario,
    Step,
    WorkloadSpec,
)
from pytest_kanister._scenario.reader import Reader
from pytest_kanister._scenario.steps.registry import STEPS, step_kind
from pytest_kanister.errors import ScenarioError

if TYPE_CHECKING:
    from pytest_kanister._base.positions import Document

__all__ = ["load_scenario", "load_scenarios"]

_LATER = ("known", "profile", "matrix", "restoreInto")


def load_scenario(path: str | Path) -> Scenario:
    """The one scenario of a file.

    Raises:
        ScenarioError: the file cannot be read, breaks the rules, or holds several scenarios.
    """
    scenarios = load_scenarios(path)
    if len(scenarios) != 1:
        names = ", ".join(scenario.name for scenario in scenarios)
        raise scenarios[1].mark.error(
            f"expected one scenario in this file, found {len(scenarios)}: {names}"
        )
    return scenarios[0]


def load_scenarios(path: str | Path) -> tuple[Scenario, ...]:
    """All scenarios of a file, one for each YAML document; at least one.

    Raises:
        ScenarioError: the file cannot be read or breaks the rules.
    """
    path = Path(path)
    shown = _shown(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"cannot be read: {error}", file=shown) from None
    scenarios = [_scenario(document, path) for document in load_documents(text, shown)]
    if not scenarios:
        raise ScenarioError("expected a scenario, found an empty file", file=shown)
    seen: set[str] = set()
    for scenario in scenarios:
        if scenario.name in seen:
            raise scenario.mark.error(f"a scenario named {scenario.name!r} stands here twice")
        seen.add(scenario.name)
    return tuple(scenarios)


def _shown(path: Path) -> str:
    """Relative to where the reader is, when it lies below: editors and terminals can follow it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _scenario(document: Document, path: Path) -> Scenario:
    root = Reader(document)
    root.mapping(required=("apiVersion", "kind", "metadata", "spec"))
    root.at("apiVersion").one_of((API_VERSION,))
    root.at("kind").one_of(("Scenario",))
    metadata, spec = root.at("metadata"), root.at("spec")
    metadata.mapping(required=("name",), optional=("description",))
    for key in _LATER:
        if isinstance(spec.data, dict) and key in spec.data:
            raise spec.at(key).error(f"spec: {key!r} is not supported yet")
    spec.mapping(required=("workload", "blueprint"), optional=("steps", "unverified"))
    name = metadata.at("name").text()
    if "::" in name or "/" in name:
        raise metadata.at("name").error(f"a scenario's name has no '::' and no '/', found {name!r}")
    workload = _workload(spec.at("workload"))
    steps = _steps(spec, workload)
    check_steps(steps, spec.mark)
    return Scenario(
        name=name,
        description=metadata.at("description").text() if metadata.has("description") else "",
        workload=workload,
        blueprint=spec.at("blueprint").text(),
        steps=steps,
        unverified=_exemptions(spec, steps),
        path=path,
        mark=metadata.at("name").mark,
    )


def _workload(reader: Reader) -> WorkloadSpec:
    data = reader.mapping(required=("kind", "name"), optional=None)
    namespace = reader.at("namespace").text() if reader.has("namespace") else ""
    return WorkloadSpec(
        kind=reader.at("kind").text(),
        name=reader.at("name").text(),
        namespace=namespace,
        options={k: v for k, v in data.items() if k not in ("kind", "name", "namespace")},
    )


def _steps(spec: Reader, workload: WorkloadSpec) -> tuple[Step, ...]:
    if not spec.has("steps"):
        return default_steps(workload.kind, spec.mark)
    steps = []
    for item in spec.at("steps").items():
        data = item.mapping(optional=None)
        if len(data) != 1:
            raise item.error(
                f"{item.label}: expected one step, found "
                f"{', '.join(data) if data else 'an empty mapping'}"
            )
        (word,) = data
        kind = step_kind(word)
        if kind is None:
            raise item.at(word).error(
                f"{item.label}: there is no step {word!r}", f"steps: {', '.join(STEPS)}"
            )
        steps.append(Step(word, kind.parse(item.at(word)), item.at(word).mark))
    return tuple(steps)


def _exemptions(spec: Reader, steps: tuple[Step, ...]) -> tuple[Exemption, ...]:
    if not spec.has("unverified"):
        return ()
    asked = {check for step in steps for check in getattr(step.arguments, "checks", ())}
    exemptions = []
    for item in spec.at("unverified").items():
        item.mapping(required=("check", "why"))
        check = item.at("check").text()
        if check not in asked:
            raise item.at("check").error(
                f"no step asks for the check {check!r}, so it cannot go unverified",
                f"checks asked for: {', '.join(sorted(asked)) or 'none'}",
            )
        exemptions.append(Exemption(check, item.at("why").text(), item.mark))
    return tuple(exemptions)
