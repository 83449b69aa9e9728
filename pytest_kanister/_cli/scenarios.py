"""`pytest-kanister scenarios`: what comes with us, and where it lies."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from pytest_kanister._base.bundled import bundled
from pytest_kanister._scenario import load_scenarios
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._scenario import Scenario

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `scenarios`; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister scenarios",
        description="Lists the bundled scenarios: one line each, file::name, then what it shows. "
        "What is listed runs with `pytest FILE::NAME`, all of it with "
        "`pytest --pyargs pytest_kanister._bundled.scenarios`.",
    )
    parser.add_argument("--workload", help="only those of this kind")
    parser.add_argument("--long", action="store_true", help="with workload, Blueprint and steps")
    chosen = parser.parse_args(arguments)
    kinds = sorted({path.parent.name for path in bundled("scenarios").glob("*/*.kanister.yaml")})
    if chosen.workload not in (None, *kinds):
        raise UsageProblem(
            f"--workload: expected one of {', '.join(kinds)}, found {chosen.workload!r}"
        )
    for path in sorted(bundled("scenarios").rglob("*.kanister.yaml")):
        for scenario in load_scenarios(path):
            if chosen.workload in (None, scenario.workload.kind):
                print(f"{os.path.relpath(path)}::{scenario.title}")
                if scenario.description:
                    print(f"    {scenario.description}")
                if chosen.long:
                    _tell(scenario)
    return 0


def _tell(scenario: Scenario) -> None:
    print(f"    workload   {scenario.workload.kind}")
    print(f"    blueprint  {scenario.blueprint}")
    print(f"    steps      {' '.join(step.kind for step in scenario.steps)}")
