"""`load_scenario`: a `*.kanister.yaml` file becomes a `Scenario`, or errors that point in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.positions import load_documents
from pytest_kanister._scenario.check import problems_of
from pytest_kanister._scenario.inputs import INPUT_KEYS, read_inputs
from pytest_kanister._scenario.matrix import Variant, read_matrix, variants_of
from pytest_kanister._scenario.model import API_VERSION, Budgets, Scenario
from pytest_kanister._scenario.reader import Reader
from pytest_kanister._scenario.spec import (
    read_budgets,
    read_exemptions,
    read_known,
    read_marks,
    read_requirements,
    read_steps,
    read_timeouts,
    read_workload,
)
from pytest_kanister.errors import ScenarioError, ScenarioErrors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["load_scenario", "load_scenarios", "raise_all"]

_REQUIRED = ("workload", "blueprint")
_OPTIONAL = (
    "steps",
    "store",
    "matrix",
    "marks",
    "timeouts",
    "budgets",
    "requires",
    "known",
    "unverified",
    *INPUT_KEYS,
)


_NO_SCENARIOS: list[Scenario] = []
_NO_AXES: list[list[Variant]] = []
_NOTHING: tuple[Scenario | None, list[list[Variant]]] = (None, _NO_AXES)


def load_scenario(path: str | Path) -> Scenario:
    """The one scenario of a file.

    Raises:
        ScenarioError: the file cannot be read, breaks the rules, or holds several scenarios.
    """
    scenarios = load_scenarios(path)
    if len(scenarios) != 1:
        names = ", ".join(scenario.title for scenario in scenarios)
        raise scenarios[1].mark.error(
            f"expected one scenario in this file, found {len(scenarios)}: {names}"
        )
    return scenarios[0]


def load_scenarios(
    path: str | Path,
    examine: Callable[[Scenario], Iterable[ScenarioError]] = lambda scenario: (),
) -> tuple[Scenario, ...]:
    """All scenarios of a file, one for each YAML document and combination of its matrix.

    Args:
        path: the file.
        examine: finds further mistakes in a scenario, whose mistaken steps are left out; all are
            told together.

    Raises:
        ScenarioError: the file cannot be read or breaks the rules.
        ScenarioErrors: it breaks several.
    """
    path = Path(path)
    shown = _shown(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"cannot be read: {error}", file=shown) from None
    problems: list[ScenarioError] = []
    scenarios: list[Scenario] = []
    seen: set[str] = set()
    documents = load_documents(text, shown)
    if not documents:
        raise ScenarioError("expected a scenario, found an empty file", file=shown)
    for document in documents:
        root = Reader(document, (), problems)
        found = root.attempt(lambda reader: _scenarios(reader, path), _NO_SCENARIOS)
        if found and found[0].name in seen:
            problems.append(
                found[0].mark.error(f"a scenario named {found[0].name!r} stands here twice")
            )
        seen |= {scenario.name for scenario in found}
        scenarios += found
    further = [problem for scenario in scenarios for problem in examine(scenario)]
    # Variants of a matrix share their mistakes.
    problems += {str(problem): problem for problem in further}.values()
    raise_all(problems)
    return tuple(scenarios)


def raise_all(problems: Sequence[ScenarioError]) -> None:
    """Raises nothing, the one, or all of them in the order of their places."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ScenarioErrors(sorted(problems, key=lambda e: (e.file, e.line, e.column)))


def _shown(path: Path) -> str:
    """Relative to where the reader is, when it lies below: editors and terminals can follow it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _scenarios(root: Reader, path: Path) -> list[Scenario]:
    root.mapping(required=("apiVersion", "kind", "metadata", "spec"))
    root.field("apiVersion", lambda part: part.one_of((API_VERSION,)), "")
    root.field("kind", lambda part: part.one_of(("Scenario",)), "")
    name, description = root.field("metadata", _metadata, ("", ""))
    scenario, axes = root.at("spec").attempt(
        lambda spec: _spec(spec, name, description, path), _NOTHING
    )
    return variants_of(scenario, axes) if scenario and name else []


def _metadata(metadata: Reader) -> tuple[str, str]:
    metadata.mapping(required=("name",), optional=("description",))
    name = metadata.at("name").text()
    if "::" in name or "/" in name or "[" in name:
        raise metadata.at("name").error(
            f"a scenario's name has no '::', no '/' and no '[', found {name!r}"
        )
    return name, metadata.field("description", lambda part: part.text(), "")


def _spec(
    spec: Reader, name: str, description: str, path: Path
) -> tuple[Scenario | None, list[list[Variant]]]:
    """The scenario without its variants; the axes of its matrix."""
    spec.attempt(lambda part: part.mapping(required=_REQUIRED, optional=_OPTIONAL), None)
    workload = spec.field("workload", read_workload, None)
    blueprint = spec.field("blueprint", lambda part: part.text(), "")
    if workload is None or not blueprint:
        spec.attempt(lambda part: read_steps(part, workload), None)
        return _NOTHING
    steps = spec.attempt(lambda part: read_steps(part, workload), None)
    whole = steps is not None and None not in steps
    good = tuple(step for step in steps or () if step is not None)
    if whole:
        spec.problems += problems_of(good, spec.mark)
    scenario = Scenario(
        name=name,
        description=description,
        workload=workload,
        blueprint=blueprint,
        steps=good,
        unverified=spec.field(
            "unverified", lambda part: read_exemptions(part, good if whole else None), ()
        ),
        path=path,
        mark=Reader(spec.document, ("metadata", "name")).mark,
        blueprint_mark=spec.at("blueprint").mark,
        store=spec.field("store", lambda part: part.text(), ""),
        inputs=read_inputs(spec),
        marks=spec.field("marks", read_marks, ()),
        timeouts_s=spec.field("timeouts", read_timeouts, {}),
        budgets=spec.field("budgets", read_budgets, Budgets()),
        requires=spec.field("requires", read_requirements, ()),
        known=spec.field("known", read_known, ()),
    )
    axes = spec.field("matrix", read_matrix, _NO_AXES)
    return scenario, axes
