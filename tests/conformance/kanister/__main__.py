"""`python -m tests.conformance.kanister [--against KUBECONFIG] [--case ID …] [--list|--rows]`.

Without `--against` an embedded cluster is started for the run.  Exit status: 0 all conform,
1 some differ, 2 no such case.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import yaml

from pytest_kanister._backends import open_backend
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.capabilities import Capabilities
from pytest_kanister._model.settings import Settings
from tests.conformance.kanister.case import Case
from tests.conformance.kanister.kinds import EXEMPT, KINDS, kinds_by_function
from tests.conformance.kanister.rows import ROWS, cases_by_row
from tests.conformance.kanister.running import Ground, Outcome, Runner
from tests.conformance.kanister.table import all_cases


def main() -> int:
    """Runs the chosen cases and prints what differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.kanister")
    parser.add_argument("--against", type=Path, help="kubeconfig of a cluster with Kanister in it")
    parser.add_argument("--case", action="append", help="id, or a pattern (kando-*); repeatable")
    parser.add_argument("--namespace", default="kanister", help="the controller's namespace")
    parser.add_argument("--storage-class", default="standard")
    parser.add_argument("--snapshot-class", default="standard", help="VolumeSnapshotClass")
    parser.add_argument("--kanctl", help="another kanctl than ours")
    parser.add_argument("--rows", action="store_true", help="print rows and kinds with their cases")
    parser.add_argument("--list", action="store_true", help="print the cases, run none")
    chosen = parser.parse_args()
    wanted = chosen.case or ["*"]
    cases = [
        case
        for case in all_cases()
        if any(fnmatch.fnmatchcase(case.id, pattern) for pattern in wanted)
    ]
    if not cases:
        parser.error(f"no case is called {', '.join(wanted)}")
    if chosen.list:
        for case in cases:
            print(f"{case.id:<45} {case.rule}")
        print(f"{len(cases)} cases")
        return 0
    if chosen.rows:
        _print_rows(cases)
        return 0
    ground = Ground(chosen.namespace, chosen.storage_class, chosen.snapshot_class)
    if chosen.kanctl:
        ground = replace(ground, kanctl=(chosen.kanctl,))
    outcomes: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        outcomes.append(outcome)
        word = "differs" if outcome.differences else "conforms"
        print(f"{word:<9}{outcome.took_s:6.2f} s  {outcome.case.id}", flush=True)
        for difference in outcome.differences:
            print(f"    {difference}", flush=True)

    with ExitStack() as stack:
        kube, patient = _cluster(chosen.against, stack)
        runner = Runner(
            kube,
            ground=ground,
            limit_s=120.0 if patient else 10.0,
            hold_s=3.0 if patient else 0.5,
        )
        stack.callback(runner.close)
        runner.run(cases, tell)
    differing = sum(bool(outcome.differences) for outcome in outcomes)
    print(f"{len(outcomes)} cases, {len(outcomes) - differing} conform, {differing} differ")
    return 1 if differing else 0


def _print_rows(cases: list[Case]) -> None:
    for row, shown_by in cases_by_row(cases).items():
        print(f"{row:<8} {ROWS[row]}: {', '.join(shown_by) or 'NO CASE'}")
    for func, found in kinds_by_function(cases).items():
        words = [kind if kind in found else f"NO {kind.upper()}" for kind in KINDS]
        words = [
            f"no {kind} ({EXEMPT[func, kind]})" if (func, kind) in EXEMPT else word
            for kind, word in zip(KINDS, words, strict=True)
        ]
        print(f"{func}: {', '.join(words)}")


def _cluster(against: Path | None, stack: ExitStack) -> tuple[KubeClient, bool]:
    """The cluster, and whether images have to be pulled there."""
    if against is None:
        backend = open_backend(Settings(), lambda line: print(line, file=sys.stderr, flush=True))
        stack.callback(backend.close)
        return KubeClient(backend.kubeconfig, backend.capabilities), False
    current = yaml.safe_load(against.read_text())["current-context"]
    ours = current == "pytest-kanister"
    capabilities = Capabilities(
        backend="embedded" if ours else "kubeconfig",
        reach="direct",
        endpoint_is_address=ours,
        shared=not ours,
        kanister="installed there",
        isolation="" if ours else "containers",
    )
    return KubeClient(against, capabilities), not ours


if __name__ == "__main__":
    sys.exit(main())
