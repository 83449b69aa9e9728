"""How much the harness costs over the same circle by hand, in one run on one machine.

Floor: `floor.sh` (same MySQL, same prepared data folder, same SeaweedFS; curl signs).  Ours: a
whole `pytest` process for the bundled scenario.  The two take turns, so that both meet the same
noise; the medians' ratio is the figure.  Then the marginal cost of each further scenario in one
pytest process, over the time that its ActionSets took.

    python benchmarks/round_trip.py [--rounds 7] [--scenarios 5]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._cluster.images import BuiltinCatalogue
from pytest_kanister._cluster.network import Subnet

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios/mysql/accounts.kanister.yaml"
ACTIONS = ("backup", "restore", "delete")
RATIO, MARGINAL_S = 2.0, 0.5
LONGEST_S = 120


def floor(arguments: list[str], ip: str) -> float:
    """Seconds of one round trip by hand."""
    with tempfile.TemporaryDirectory(prefix="kbench-") as folder:
        start = time.perf_counter()
        subprocess.run(
            [ROOT / "benchmarks/floor.sh", folder, *arguments, ip], check=True, timeout=LONGEST_S
        )
        return time.perf_counter() - start


def ours(scenarios: list[Path], trace: Path) -> tuple[float, dict[str, float]]:
    """Seconds of one whole pytest process, and of each step by its word, summed."""
    trace.unlink(missing_ok=True)
    start = time.perf_counter()
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-p", "pytest_kanister.plugin"),
            *("-c", os.devnull, "--rootdir", str(scenarios[0].parent)),
            f"--kanister-trace={trace}",
            *map(str, scenarios),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        # What other plugins of this environment cost is not ours to answer for.
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=trace.parent,
        timeout=LONGEST_S,
    )
    seconds = time.perf_counter() - start
    steps: dict[str, float] = {}
    for line in trace.read_text().splitlines():
        event = json.loads(line)
        if event["what"] == "step":
            steps[event["step"]] = steps.get(event["step"], 0.0) + event["seconds"]
    return seconds, steps


def main() -> int:
    """Prints both figures; exit status 1 when one is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--scenarios", type=int, default=5)
    options = parser.parse_args()

    catalogue = BuiltinCatalogue(cache_folder())
    server = catalogue.resolve("mysql:9.7", print)
    prepared = next(word for word in server.entrypoint if "/prepared/" in word)
    config = next(word for word in server.entrypoint if word.endswith(".cnf"))
    weed = shutil.which("weed", path=str(Path(sys.executable).parent)) or "weed"
    arguments = [prepared, config, str(server.path[0]), weed]

    with tempfile.TemporaryDirectory(prefix="kbench-") as name:
        folder, trace = Path(name), Path(name) / "trace.jsonl"
        subnet = Subnet.claim()
        ours([SCENARIO], trace)  # fetches and compiles what is not there yet
        floors, wholes = [], []
        for _ in range(options.rounds):
            floors.append(floor(arguments, subnet.allocate()))
            wholes.append(ours([SCENARIO], trace)[0])
        _, steps = ours([SCENARIO], trace)

        copies = []
        for number in range(options.scenarios):
            copy = folder / f"copy{number}.kanister.yaml"
            copy.write_text(
                SCENARIO.read_text()
                .replace("../../fixtures", str(ROOT / "fixtures"))
                .replace("name: accounts\n", f"name: copy{number}\n")
            )
            copies.append(copy)
        margins = []
        for _ in range(max(3, options.rounds // 2)):
            one, one_steps = ours(copies[:1], trace)
            many, many_steps = ours(copies, trace)
            extra = sum(many_steps[a] for a in ACTIONS) - sum(one_steps[a] for a in ACTIONS)
            margins.append((many - one - extra) / (len(copies) - 1))
        subnet.close()

    ratio = statistics.median(wholes) / statistics.median(floors)
    marginal_s = statistics.median(margins)
    for title, values in (("floor", floors), ("ours", wholes), ("marginal", margins)):
        spread = (
            f"min {min(values):.2f}  median {statistics.median(values):.2f}  max {max(values):.2f}"
        )
        print(f"{title:9} {spread} s  (n={len(values)})")
    print("phases    " + "  ".join(f"{step} {seconds:.2f}" for step, seconds in steps.items()))
    print(f"ratio     {ratio:.2f}  (limit {RATIO})")
    print(f"marginal  {marginal_s:.2f} s over the ActionSets' own time  (limit {MARGINAL_S})")
    return 0 if ratio <= RATIO and marginal_s <= MARGINAL_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
