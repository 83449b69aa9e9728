"""What proving a large table costs, against dumping it, in one run on one machine.

The yardstick is `mysqldump … > /dev/null` (`pg_dump … > /dev/null`) of the same table on a real
server, which the embedded cluster starts.  Ours runs in a process of its own each time, so that
its memory and processor time are its own; both connect in the same way (TCP, TLS where the server
has it).  They take turns, so that both meet the same noise; ratios of medians are the figures.

    python benchmarks/proof.py [--engine mysql|postgresql] [--rows 2000000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from pytest_kanister._backends import open_backend
from pytest_kanister._data.evidence import load_snapshot, save_snapshot
from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof import Collector, Snapshot, compare
from pytest_kanister._data.proof.digests import digests_of
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister._model.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.proof_engines import ENGINES, Engine, Where

LIMITS = {"sum": 1.5, "spill": 2.5, "offline": 0.3}
KEYLESS_US = 1.0
PEAK_MIB = 250
LONGEST_S = 580
CHUNK = 200_000


def in_this_process(mode: str, engine: Engine, table: str, where: Where, out: str) -> None:
    """Prints seconds, processor seconds, rows and MiB at the peak of one way to read a table."""
    started, busy = time.perf_counter(), time.process_time()
    found = None
    if mode == "contrast":
        rows = engine.contrast(where, table) or 0
    else:
        found = engine.read(where, table, Collector(RunFile().table if mode == "spill" else None))
        rows = found.row_count
    report(started, busy, rows)
    if out and found is not None:
        save_snapshot(Snapshot("any", {("bench", table): found}), Path(out))


def offline(before: str, after: str) -> None:
    """The same of loading and comparing two snapshots; "rows" says whether they differ."""
    started, busy = time.perf_counter(), time.process_time()
    different = bool(compare(load_snapshot(Path(before)), load_snapshot(Path(after))))
    report(started, busy, different)


def report(started: float, busy: float, rows: int) -> None:
    """Prints what was measured."""
    seconds, cpu = time.perf_counter() - started, time.process_time() - busy
    print(json.dumps({"s": seconds, "cpu": cpu, "rows": rows, "peak": peak_mib()}))


def hash_us() -> float:
    """What nothing that digests rows in Python can go below, as loaded as this machine is."""
    rows = [b"customer 1QQ6L0UNNU\x0512345"] * 500_000
    busy = time.process_time()
    digests_of(rows)
    return (time.process_time() - busy) / len(rows) * 1e6


def peak_mib() -> float:
    """Of this process; its `ru_maxrss` would count what its parent held when it was made."""
    words = Path("/proc/self/status").read_text().split()
    return int(words[words.index("VmHWM:") + 1]) / 1024


def child(*words: str) -> dict[str, float]:
    """The same in a process of its own."""
    run = subprocess.run(
        [sys.executable, __file__, "--child", *words],
        check=True,
        stdout=subprocess.PIPE,
        timeout=LONGEST_S,
    )
    figures: dict[str, float] = json.loads(run.stdout)
    return figures


def dump(engine: Engine, where: Where, table: str) -> dict[str, float]:
    """The yardstick."""
    command = engine.dump(where, table)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, engine.environment: where["password"]},
        timeout=LONGEST_S,
    )
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"s": seconds, "cpu": cpu}


def median(rounds: list[dict[str, float]], figure: str) -> float:
    """Of one figure."""
    return statistics.median(each[figure] for each in rounds)


def fill(engine: Engine, server: Any, rows: int) -> None:
    """Makes both tables."""
    started = time.perf_counter()
    server.execute(engine.create)
    for first in range(0, rows, CHUNK):
        server.execute(engine.fill.format(first=first, end=min(first + CHUNK, rows)))
    server.execute(engine.finish)
    print(f"{rows} rows made in {time.perf_counter() - started:.0f} s", flush=True)


def measure(name: str, where: Where, rows: int, rounds: int, folder: Path) -> bool:
    """Prints the figures; true when each is within its limit."""
    engine, told = ENGINES[name], json.dumps(where)
    before, after = str(folder / "before"), str(folder / "after")
    ways: dict[str, list[dict[str, float]]] = {
        word: [] for word in ("dump", "sum", "spill", "offline", "narrow dump", "narrow sum")
    }

    def keep(word: str, figures: dict[str, float]) -> None:
        ways[word].append(figures)
        print(f"  {word}: {figures['s']:.2f} s, {figures['cpu']:.2f} s cpu", flush=True)

    for _ in range(rounds):
        keep("dump", dump(engine, where, "wide"))
        keep("sum", child("sum", name, "wide", told, ""))
        keep("spill", child("spill", name, "wide", told, before))
        shutil.copyfile(before, after)
        keep("offline", child("offline", name, before, after, ""))
        keep("narrow dump", dump(engine, where, "narrow"))
        keep("narrow sum", child("sum", name, "narrow", told, ""))
    contrast = child("contrast", name, "wide", told, "")

    good = True
    for word, found in ways.items():
        base = ways["narrow dump" if word.startswith("narrow") else "dump"]
        wall, cpu = median(found, "s"), median(found, "cpu")
        ratio = wall / median(base, "s")
        line = f"{word:12} {wall:7.2f} s  {cpu:7.2f} s cpu  {ratio:5.2f} x dump"
        line += f"  {cpu / median(base, 'cpu'):5.2f} x its cpu"
        if word in LIMITS:
            good &= ratio <= LIMITS[word]
            line += f"  (limit {LIMITS[word]})"
        if "peak" in found[0]:
            peak = max(each["peak"] for each in found)
            good &= peak <= PEAK_MIB
            line += f"  peak {peak:.0f} MiB (limit {PEAK_MIB})"
        print(line)
    # The least: what others do on this machine only ever adds to it.
    keyless_us = min(each["cpu"] for each in ways["narrow sum"]) / rows * 1e6
    good &= keyless_us <= KEYLESS_US
    print(
        f"keyless table: {keyless_us:.2f} µs of processor time a row (limit {KEYLESS_US}), of "
        f"which BLAKE2b, here and now, {hash_us():.2f}"
    )
    print(f"snapshot file: {Path(before).stat().st_size / 1024**2:.0f} MiB")
    print(f"ours: {rows / median(ways['sum'], 's'):,.0f} rows/s")
    if contrast["rows"]:
        print(f"contrast, pymysql alone: {contrast['rows'] / contrast['s']:,.0f} rows/s")
    return good and not any(each["rows"] for each in ways["offline"])


def three_rows(engine: Engine, server: Any, where: Where, rows: int) -> bool:
    """A changed, a lost and an extra row among all: found and shown."""

    def snapshot() -> Snapshot:
        table = engine.read(where, "wide", Collector(RunFile().table), again=True)
        return Snapshot("any", {("bench", "wide"): table})

    before = snapshot()
    server.execute(engine.change.format(third=rows // 3, half=rows // 2))
    started = time.perf_counter()
    after = snapshot()
    pass_s = time.perf_counter() - started
    started = time.perf_counter()
    diff = compare(before, after)
    seconds = time.perf_counter() - started
    print(f"three rows in {rows}: found in {seconds:.1f} s; the snapshot took {pass_s:.1f} s")
    print(diff)
    (table,) = diff.tables.entries
    peak = peak_mib()
    print(f"peak of this process, with the cluster's client: {peak:.0f} MiB (limit {PEAK_MIB})")
    found = (table.missing_rows, table.changed_rows, table.extra_rows)
    return found == (1, 1, 1) and peak <= PEAK_MIB


def main() -> int:
    """Exit status 1 when a figure is above its limit."""
    if sys.argv[1:2] == ["--child"]:
        mode, name, first, second, out = sys.argv[2:]
        if mode == "offline":
            offline(first, second)
        else:
            in_this_process(mode, ENGINES[name], first, json.loads(second), out)
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, default="mysql")
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    settings, engine = Settings(), ENGINES[options.engine]
    with (
        tempfile.TemporaryDirectory(prefix="kbench-") as folder,
        closing(open_backend(settings, print)) as backend,
        closing(KubeClient(backend.kubeconfig, backend.capabilities)) as kube,
    ):
        kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "bench"}})
        server = engine.server(kube, settings, "bench")
        server.deploy()
        server.wait_ready()
        print(server.version(), flush=True)
        with kube.reach("bench", engine.service(), engine.port, timeout_s=60) as address:
            where = {
                "host": address.host,
                "port": address.port,
                "password": engine.password(server).reveal(),
                "contrast": min(options.rows, 300_000),
            }
            fill(engine, server, options.rows)
            good = measure(options.engine, where, options.rows, options.rounds, Path(folder))
            good &= three_rows(engine, server, where, options.rows)
        server.remove()
        kube.delete(NAMESPACES, "bench", wait_s=60)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
