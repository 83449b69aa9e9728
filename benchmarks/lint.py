"""How long lint takes for forty Blueprints, beside reading the same files with PyYAML, in one run.

Floor: `yaml.safe_load` of the same files by PyYAML's own reader, and by libyaml where PyYAML has
it; nothing can lint a file faster than it can be read.  Ours: one whole `pytest-kanister lint`
process, Python's start and every import included, which is what an author waits for.  They take
turns, so that all meet the same noise; medians are compared.  The limit is on the process's own
work (processor seconds of its one thread), which a busy machine does not change.

    python benchmarks/lint.py [--rounds 7] [--files 40] [FOLDER]

FOLDER holds Blueprints (default: our own and the rules' examples); they are repeated, each time
with other texts, until there are enough.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from pytest_kanister._kanister.blueprint.lint import RULES

ROOT = Path(__file__).parents[1]
LIMIT_S = 2.0


def sources(folder: Path | None) -> list[str]:
    """Texts of Blueprints."""
    paths = sorted((folder or ROOT / "fixtures/blueprints").rglob("*.yaml"))
    found = [path.read_text() for path in paths]
    if folder is None:
        found += [rule.bad for code, rule in RULES.items() if code > "KB003"]
    return found


def read(paths: list[Path], loader: Any) -> float:
    """Seconds to read the files."""
    start = time.perf_counter()
    for path in paths:
        list(yaml.load_all(path.read_text(), Loader=loader))
    return time.perf_counter() - start


def lint(folder: Path) -> tuple[float, float]:
    """Seconds of one whole process by the clock, and of its own work."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest_kanister", "lint", "--format", "json", str(folder)],
        stdout=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"lint ended with status {done.returncode}")
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Prints the figures; exit status 1 when lint takes longer than its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("folder", nargs="?", type=Path)
    options = parser.parse_args()
    texts = sources(options.folder)
    with tempfile.TemporaryDirectory(prefix="kbench-") as name:
        folder = Path(name)
        paths = [folder / f"{number}.yaml" for number in range(options.files)]
        for number, path in enumerate(paths):
            # Another text each time, so that nothing is remembered from the one before.
            text = texts[number % len(texts)]
            path.write_text(
                f"# {number}\n{text.replace('{{ ', '{{ ' + ' ' * (number // len(texts)))}"
            )
        lines = sum(len(path.read_text().splitlines()) for path in paths)
        own, fast, ours, work = [], [], [], []
        for _ in range(options.rounds):
            own.append(read(paths, yaml.SafeLoader))
            if yaml.__with_libyaml__:
                fast.append(read(paths, yaml.CSafeLoader))
            seconds, worked = lint(folder)
            ours.append(seconds)
            work.append(worked)
    floor, seconds = statistics.median(own), statistics.median(ours)
    print(f"{options.files} files, {lines} lines, medians of {options.rounds} rounds")
    print(f"read by PyYAML   {floor:6.3f} s")
    if fast:
        print(f"read by libyaml  {statistics.median(fast):6.3f} s")
    worked = statistics.median(work)
    print(f"lint, process    {seconds:6.3f} s, {seconds / floor:.1f} times PyYAML")
    print(f"  of it work     {worked:6.3f} s, at most {LIMIT_S} s")
    return worked > LIMIT_S


if __name__ == "__main__":
    sys.exit(main())
