"""`pytest-kanister try BLUEPRINT`: a round trip with one's own Blueprint, without a scenario."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._cli.options import add_settings, settings_of
from pytest_kanister._cli.round_trip import round_trip
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._model.settings import OPTIONS
from pytest_kanister._scenario import Scenario, WorkloadSpec
from pytest_kanister._scenario.defaults import default_kinds, default_steps
from pytest_kanister._scenario.model import Mark
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `try`; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister try",
        description="Takes a Blueprint through the round trip: backup, damage, restore, "
        "comparison of every row and the schema, delete, a look into the bucket.",
    )
    parser.add_argument("blueprint", type=Path, help="a Blueprint file")
    parser.add_argument(
        "--workload", default="mysql", help=f"kind of database: {', '.join(default_kinds())}"
    )
    add_settings(parser, [option.name for option in OPTIONS])
    chosen = parser.parse_args(arguments)
    if chosen.workload not in default_kinds():
        raise UsageProblem(
            f"--workload: expected {' or '.join(default_kinds())}, found {chosen.workload!r}"
        )
    return round_trip(_scenario(chosen.blueprint, chosen.workload), settings_of(chosen))


def _scenario(path: Path, kind: str) -> Scenario:
    """The default circle around a Blueprint; without an action `delete` it ends at `verify`."""
    blueprint = read_blueprint(path)
    for action in ("backup", "restore"):
        if action not in blueprint.actions:
            raise blueprint.document.error(
                ("actions",),
                f"expected an action {action!r}, found {', '.join(blueprint.actions)}",
            )
    line, column = blueprint.document.at(("metadata", "name"))
    mark = Mark(blueprint.document.file, line, column)
    steps = default_steps(kind, mark)
    if "delete" not in blueprint.actions:
        print("the Blueprint has no action 'delete', so its bucket is not judged")
        steps = tuple(step for step in steps if step.kind not in ("delete", "verifyDeleted"))
    print(f"blueprint  {blueprint.document.file}")
    return Scenario(
        name=blueprint.name,
        description="",
        workload=WorkloadSpec(kind, f"{kind}-store", "my-production-app"),
        blueprint=str(path.absolute()),
        steps=steps,
        unverified=(),
        path=path.absolute(),
        mark=mark,
    )
