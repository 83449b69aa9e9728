"""What can be said of a scenario before anything runs: its workload, datasets and Blueprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_kanister._harness.blueprints import find_blueprint
from pytest_kanister._harness.existing import split_options
from pytest_kanister._harness.workloads import located, workload_class
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister.errors import EnvironmentProblem, ScenarioError, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._model.settings import Settings
    from pytest_kanister._scenario.model import Mark, Scenario, Step

__all__ = ["problems_of", "refusal"]

_STORES = ("seaweedfs", "minio", "s3")
_ACTIONS = ("backup", "restore", "delete")


def problems_of(scenario: Scenario, settings: Settings) -> list[ScenarioError]:
    """Mistakes that the file alone does not show, each at its place."""
    return [*_workload_problems(scenario, settings), *_blueprint_problems(scenario)]


def _workload_problems(scenario: Scenario, settings: Settings) -> Iterator[ScenarioError]:
    spec = scenario.workload
    try:
        given = located(spec.kind, spec.options, scenario.path.absolute().parent)
        options, _ = split_options(given)
        # A constructor touches nothing, so there need be no cluster yet.
        workload = workload_class(spec.kind)(
            cast("Any", None), settings, name=spec.name, namespace=spec.namespace, options=options
        )
        datasets = workload.datasets()
    except UsageProblem as problem:
        yield (spec.mark or scenario.mark).error(str(problem))
        return
    if scenario.store and scenario.store not in _STORES:
        yield scenario.mark.error(
            f"there is no store {scenario.store!r}", f"stores: {', '.join(_STORES)}"
        )
    for step in scenario.steps:
        dataset = getattr(step.arguments, "dataset", "")
        if step.kind == "seed" and dataset and dataset.partition(":")[0] not in datasets:
            yield step.mark.error(
                f"workload {spec.kind} has no dataset {dataset!r}",
                f"datasets: {', '.join(datasets)}; or 'seed: {{file: rows.sql}}'",
            )
        file = getattr(step.arguments, "file", "")
        if file and not (scenario.path.parent / file).is_file():
            yield step.mark.error(f"there is no file {file!r} beside the scenario")


def _blueprint_problems(scenario: Scenario) -> Iterator[ScenarioError]:
    mark = scenario.blueprint_mark or scenario.mark
    try:
        path = find_blueprint(scenario.blueprint, scenario.path.parent)
    except UsageProblem as problem:
        yield mark.error(str(problem))
        return
    try:
        blueprint = read_blueprint(path)
    except ScenarioError:
        return  # a Blueprint's own mistakes are Kanister's to refuse, when it gets it
    for action, where in _actions(scenario.steps):
        if action not in blueprint.actions:
            yield where.error(
                f"the Blueprint {scenario.blueprint} has no action {action!r}",
                f"its actions: {', '.join(blueprint.actions)}",
            )


def _actions(steps: tuple[Step, ...]) -> Iterator[tuple[str, Mark]]:
    seen = set()
    for step in steps:
        word = getattr(step.arguments, "word", step.kind)
        if word in _ACTIONS and word not in seen:
            seen.add(word)
            yield word, step.mark


def refusal(
    scenario: Scenario,
    *,
    store: str,
    backend: str,
    isolation: str,
    kanister: str,
    kubernetes: str,
) -> EnvironmentProblem | None:
    """Why this run cannot take the scenario; None: nothing that it requires is missing."""
    if scenario.store and scenario.store != store:
        return EnvironmentProblem(
            f"scenario {scenario.title} is for the store {scenario.store}; this run's is {store}",
            remedies=[f"run it with --kanister-store={scenario.store}"],
        )
    found = {
        "backend": backend,
        "isolation": isolation,
        "kanister": kanister,
        "kubernetes": kubernetes,
    }
    for requirement in scenario.requires:
        is_it = found[requirement.what]
        if not any(_accepts(is_it, word) for word in requirement.accepted):
            wanted = " or ".join(requirement.accepted)
            return EnvironmentProblem(
                f"scenario {scenario.title} requires {requirement.what} {wanted}; "
                f"this cluster's is: {is_it}",
                looked=[str(requirement.mark)],
                remedies=[
                    "run it on a cluster that has it: --kanister-backend",
                    "or leave it out: `-m`, `-k`, or --kanister-missing=skip",
                ],
            )
    return None


def _accepts(found: str, word: str) -> bool:
    """`1.33` accepts `v1.33.4`, not `v1.3`; `bubblewrap` accepts itself."""
    for part in found.replace("(", " ").replace(")", " ").split():
        bare = part.removeprefix("v")
        if bare == word.removeprefix("v") or bare.startswith(f"{word.removeprefix('v')}."):
            return True
    return False
