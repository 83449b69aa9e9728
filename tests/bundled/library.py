"""The bundled library, run: `python -m tests.bundled.library [--kind K] [--backend B] [--twins]`.

Prints scenario, backend, seconds, verdict; of a twin, which step noticed.  Exits with 0 when every
scenario is proven and every twin fails for its reason.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_kanister._base.bundled import bundled
from pytest_kanister.testing import Example
from tests.bundled.twins import Twin, twins_of, write_twin

__all__ = ["Row", "kinds", "run_library", "scenarios_of"]


@dataclass(frozen=True)
class Row:
    """One scenario or twin that ran.

    Attributes:
        scenario: `mysql/accounts`, `mysql/accounts--restore-idle`.
        backend: where.
        seconds: of its steps.
        verdict: `proven`, `different` …
        right: whether that is as it must be.
        note: of a twin what was broken and which step noticed; else why it is not proven.
        ran: what really ran, by role.
    """

    scenario: str
    backend: str
    seconds: float
    verdict: str
    right: bool
    note: str
    ran: dict[str, str]

    def __str__(self) -> str:
        mark = " " if self.right else "!"
        return (
            f"{mark} {self.scenario:46} {self.backend:11}{self.seconds:7.2f} s  "
            f"{self.verdict:11}{self.note}".rstrip()
        )


def kinds() -> list[str]:
    """Kinds of workload that have scenarios."""
    return sorted({path.parent.name for path in bundled("scenarios").rglob("*.kanister.yaml")})


def scenarios_of(kind: str) -> list[Path]:
    """A kind's scenario files."""
    return sorted(bundled("scenarios", kind).glob("*.kanister.yaml"))


def run_library(
    scenarios: Iterable[Path],
    twins: Iterable[Twin],
    folder: Path,
    *,
    backend: str = "",
    workers: int = 2,
    timeout_s: float = 900.0,
) -> list[Row]:
    """Scenarios and twins in one pytest run; in the order given.

    Args:
        scenarios: bundled files.
        twins: of them; their files are written into the folder.
        folder: empty.
        backend: empty: the one that this machine gets.
        workers: of pytest-xdist.
        timeout_s: for all of it.

    Raises:
        AssertionError: pytest did not run them all, with what it said.
    """
    files: dict[Path, Twin | None] = dict.fromkeys(scenarios)
    for twin in twins:
        files[write_twin(twin, folder / twin.scenario.parent.name)] = twin
    report = folder / "report.json"
    backends = [f"--kanister-backend={backend}"] if backend else []
    # Bundled files and twins lie apart: names of tests are told from where both are.
    run = Example(folder).run_pytest(
        *(str(path) for path in files),
        "--rootdir=/",
        *(f"--kanister-report={report}", *backends, "-n", str(workers), "-p", "no:randomly"),
        timeout_s=timeout_s,
    )
    assert report.exists(), run.stdout + run.stderr
    tests = json.loads(report.read_text(encoding="utf-8"))["tests"]
    # Two kinds have scenarios of the same name.
    found = {_place(test["nodeid"]): test for test in tests}
    missing = [path for path in files if _place(str(path)) not in found]
    assert not missing, f"not run: {missing}\n{run.stdout}{run.stderr}"
    return [_row(path, twin, found[_place(str(path))]) for path, twin in files.items()]


def _place(text: str) -> str:
    """`mysql/accounts.kanister.yaml` of a path or a test's name."""
    return "/".join(text.partition("::")[0].split("/")[-2:])


def _row(path: Path, twin: Twin | None, test: dict[str, Any]) -> Row:
    steps = test.get("steps") or []
    verdict = test.get("verdict", test["outcome"])
    # The last step is the one that ended it.
    last = steps[-1] if steps else {"step": "set-up", "summary": test.get("message", "")}
    if twin is None:
        right = verdict == "proven"
        note = "" if right else f"{last['step']}: {last['summary']}"
    else:
        noticed = verdict != "proven" and test.get("cause") in ("data", "actionset")
        right = noticed and last["step"] in twin.sabotage.found_by
        note = f"{twin.what}: " + (
            f"noticed by {last['step']}" if right else f"{last['step']}: {last['summary']}"
        )
    ran = test.get("ran", {})
    name = f"{path.parent.name}/{path.name.partition('.')[0]}"
    seconds = float(test.get("seconds", 0.0))
    return Row(name, ran.get("cluster", "?"), seconds, verdict, right, note, ran)


def main(arguments: Sequence[str]) -> int:
    """Prints as it goes, one kind after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.bundled.library", description=__doc__)
    parser.add_argument("--kind", action="append", choices=kinds(), help="default: all")
    parser.add_argument("--backend", default="", help="embedded, containers, kind, kubeconfig")
    parser.add_argument("--twins", action="store_true", help="the sabotage twins too")
    parser.add_argument("--name", action="append", help="only scenarios of this name")
    parser.add_argument("-n", type=int, default=2, dest="workers", help="workers")
    chosen = parser.parse_args(arguments)
    rows: list[Row] = []
    for kind in chosen.kind or kinds():
        files = [path for path in scenarios_of(kind) if _wanted(path, chosen.name)]
        twins = [twin for path in files for twin in twins_of(path)] if chosen.twins else []
        with tempfile.TemporaryDirectory(prefix="kanister-library-") as folder:
            found = run_library(
                *(files, twins, Path(folder)), backend=chosen.backend, workers=chosen.workers
            )
        rows += found
        for row in found:
            print(row, flush=True)
        servers = sorted({row.ran["database"] for row in found if "database" in row.ran})
        print(f"  ran: {', '.join(servers)}", flush=True)
    wrong = sum(not row.right for row in rows)
    proven = sum(row.verdict == "proven" for row in rows)
    print(
        f"{len(rows)} ran: {proven} proven, {len(rows) - proven} not; {wrong} not as they must be"
    )
    return 1 if wrong else 0


def _wanted(path: Path, names: Collection[str] | None) -> bool:
    return not names or path.name.partition(".")[0] in names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
