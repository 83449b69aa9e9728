"""`pytest-kanister demo`: the tutorial's round trip, step by step, proven."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pytest_kanister._base.bundled import bundled
from pytest_kanister._cli.options import OF_A_ROUND, add_settings, settings_of
from pytest_kanister._cli.round_trip import round_trip
from pytest_kanister._model.results import Verdict
from pytest_kanister._report.lines import table_lines
from pytest_kanister._scenario import load_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._model.results import StepResult

__all__ = ["main"]

_TABLE, _COLUMNS = "myImportantData.Accounts", ("name", "balance")


def main(arguments: Sequence[str]) -> int:
    """Runs `demo`; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister demo",
        description="Seeds the tutorial's Accounts table, backs it up with Kanister, drops the "
        "database, restores it and proves that every row came back.",
    )
    add_settings(parser, OF_A_ROUND)
    settings = settings_of(parser.parse_args(arguments))
    scenario = load_scenario(bundled("scenarios", "mysql", "accounts.kanister.yaml"))
    print(f"scenario   {scenario.description}")
    print(f"file       {scenario.mark.file}")
    return round_trip(scenario, settings, _show_rows)


def _show_rows(step: StepResult, workload: Workload) -> None:
    """The tutorial's last look at the table; the verdict beside it compared every byte."""
    if step.step != "verify" or step.verdict is not Verdict.PROVEN:
        return
    rows = workload.execute(f"SELECT {', '.join(_COLUMNS)} FROM {_TABLE} ORDER BY name")
    for line in table_lines(_COLUMNS, rows):
        print(f"{'':24}{line}", flush=True)
