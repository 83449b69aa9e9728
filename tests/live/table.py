"""What ran where: the table that `tox -e live` prints at its end."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from pytest_kanister._base.bundled import bundled
from tests.live.world import World


@dataclass(frozen=True)
class Row:
    """One scenario on one backend."""

    backend: str
    scenario: str
    verdict: str
    took_s: float

    def __str__(self) -> str:
        return f"{self.backend:<26} {self.scenario:<26} {self.verdict:<12} {self.took_s:7.1f} s"


@dataclass
class Table:
    """Its rows, in the order in which they ran."""

    rows: list[Row] = field(default_factory=list)

    def add(self, backend: str, scenario: str, verdict: str, took_s: float) -> None:
        """Adds a row."""
        self.rows.append(Row(backend, scenario, verdict, took_s))

    def run_bundled(
        self, backend: str, world: World, folder: Path, kind: str, *options: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs all bundled scenarios of a kind of workload, unchanged, and adds what they gave.

        The seconds are of a scenario's steps: without the cluster's start.
        """
        report = folder / f"{kind}.json"
        run = world.pytest(
            str(bundled("scenarios", kind)), f"--kanister-report={report}", *options, cwd=folder
        )
        told = json.loads(report.read_text())["tests"] if report.exists() else []
        for test in sorted(told, key=lambda test: str(test["nodeid"])):
            name = Path(test["nodeid"].partition("::")[0]).name.partition(".")[0]
            verdict = str(test.get("verdict", test["outcome"]))
            self.add(backend, f"{kind}/{name}", verdict, float(test.get("seconds", 0.0)))
        return run
