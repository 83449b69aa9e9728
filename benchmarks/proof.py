"""What proving a large table costs, against dumping it, in one run on one machine.

The yardstick is `mysqldump … > /dev/null` of the same table on a real MySQL, which the embedded
cluster starts.  Ours runs in a process of its own each time, so that its memory and processor
time are its own; both connect in the same way (TCP, TLS).  They take turns, so that both meet the
same noise; ratios of medians are the figures.

    python benchmarks/proof.py [--rows 2000000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from pytest_kanister._backends import open_backend
from pytest_kanister._base.folders import cache_folder
from pytest_kanister._cluster.images import BuiltinCatalogue
from pytest_kanister._data.evidence import load_snapshot, save_snapshot
from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof import Snapshot, compare
from pytest_kanister._data.proof.collect import Collector
from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.connection import Login, connect
from pytest_kanister._data.workloads.mysql.inspection import table_shapes
from pytest_kanister._data.workloads.mysql.rows import begin, read_table
from pytest_kanister._kube import Address, KubeClient
from pytest_kanister._model.secret import Secret
from pytest_kanister._model.settings import Settings

LIMITS = {"sum": 1.5, "spill": 2.5, "offline": 0.3}
KEYLESS_US = 1.0
PEAK_MIB = 250
LONGEST_S = 580
CHUNK = 200_000

CREATE = """
CREATE DATABASE bench;
CREATE TABLE bench.wide (id BIGINT PRIMARY KEY, name VARCHAR(40), amount INT,
  price DECIMAL(14,4), at DATETIME(6), doc JSON, body VARBINARY(60));
CREATE TABLE bench.narrow (name VARCHAR(40), balance INT)
"""
FILL = """
USE bench;
SET SESSION cte_max_recursion_depth = 1000000;
INSERT INTO bench.wide
WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {end})
SELECT i, CONCAT('customer ', CONV(i * 2654435761, 10, 36)), IF(i % 10, i % 99991, NULL),
  i * 1.0001, '2026-01-01' + INTERVAL i * 7919 MICROSECOND,
  JSON_OBJECT('n', i, 'tag', SUBSTR(SHA2(i, 256), 1, 6)), UNHEX(SUBSTR(SHA2(i, 256), 1, 32)) FROM n
"""
CHANGE = """
UPDATE bench.wide SET amount = -7 WHERE id = {third};
DELETE FROM bench.wide WHERE id = {half};
INSERT INTO bench.wide (id, name) VALUES (-1, 'stranger')
"""


def in_this_process(mode: str, table: str, where: dict[str, Any], out: str) -> dict[str, float]:
    """Reads one table in one way; seconds, processor seconds, rows, MiB at the peak."""
    login = Login(Address(where["host"], where["port"]), Secret(where["password"]))
    started, busy = time.perf_counter(), time.process_time()
    with connect(login, raw=True) as connection:
        begin(connection)
        if mode == "pymysql":
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM bench.{table} LIMIT {where['contrast']}")
                rows = sum(1 for _ in iter(cursor.fetchone, None))
        else:
            shape = table_shapes(connection)["bench", table]
            collector = Collector(RunFile().table if mode == "spill" else None)
            found = read_table(connection, shape, collector)
            rows = found.row_count
    seconds, cpu = time.perf_counter() - started, time.process_time() - busy
    if out:
        save_snapshot(Snapshot("mysql", {("bench", table): found}), Path(out))
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"s": seconds, "cpu": cpu, "rows": rows, "peak": peak_kib / 1024}


def offline(before: str, after: str) -> dict[str, float]:
    """Loads and compares two snapshots."""
    started, busy = time.perf_counter(), time.process_time()
    different = bool(compare(load_snapshot(Path(before)), load_snapshot(Path(after))))
    seconds, cpu = time.perf_counter() - started, time.process_time() - busy
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"s": seconds, "cpu": cpu, "rows": float(different), "peak": peak_kib / 1024}


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


def dump(program: Path, where: dict[str, Any], table: str) -> dict[str, float]:
    """The yardstick."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(
        [
            *(program, "-h", where["host"], "-P", str(where["port"]), "-u", "root"),
            *("--single-transaction", "--set-gtid-purged=OFF", "bench", table),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "MYSQL_PWD": where["password"]},
        timeout=LONGEST_S,
    )
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"s": seconds, "cpu": cpu}


def median(rounds: list[dict[str, float]], figure: str) -> float:
    """Of one figure."""
    return statistics.median(each[figure] for each in rounds)


def measure(server: MySQL, where: dict[str, Any], rows: int, rounds: int, folder: Path) -> bool:
    """Prints the figures; true when each is within its limit."""
    program = BuiltinCatalogue(cache_folder()).resolve("mysql:9.7", print).path[0] / "mysqldump"
    started = time.perf_counter()
    server.execute(CREATE)
    for first in range(0, rows, CHUNK):
        server.execute(FILL.format(first=first, end=min(first + CHUNK, rows)))
    server.execute("INSERT INTO bench.narrow SELECT name, amount FROM bench.wide")
    server.execute("ANALYZE TABLE bench.wide")
    print(f"{rows} rows made in {time.perf_counter() - started:.0f} s", flush=True)

    told = json.dumps(where)
    before, after = str(folder / "before"), str(folder / "after")
    ways: dict[str, list[dict[str, float]]] = {
        word: [] for word in ("dump", "sum", "spill", "offline", "narrow dump", "narrow sum")
    }
    for _ in range(rounds):
        ways["dump"].append(dump(program, where, "wide"))
        ways["sum"].append(child("sum", "wide", told, ""))
        ways["spill"].append(child("spill", "wide", told, before))
        Path(after).write_bytes(Path(before).read_bytes())
        ways["offline"].append(child("offline", before, after, ""))
        ways["narrow dump"].append(dump(program, where, "narrow"))
        ways["narrow sum"].append(child("sum", "narrow", told, ""))
    contrast = child("pymysql", "wide", told, "")

    good = True
    for word, found in ways.items():
        base = "narrow dump" if word.startswith("narrow") else "dump"
        wall, cpu = median(found, "s"), median(found, "cpu")
        line = f"{word:12} {wall:7.2f} s  {cpu:7.2f} s cpu"
        ratio = wall / median(ways[base], "s")
        line += f"  {ratio:5.2f} x dump  {cpu / median(ways[base], 'cpu'):5.2f} x its cpu"
        if word in LIMITS:
            good &= ratio <= LIMITS[word]
            line += f"  (limit {LIMITS[word]})"
        if "peak" in found[0]:
            peak = max(each["peak"] for each in found)
            good &= peak <= PEAK_MIB
            line += f"  peak {peak:.0f} MiB (limit {PEAK_MIB})"
        print(line)
    keyless_us = median(ways["narrow sum"], "cpu") / rows * 1e6
    good &= keyless_us <= KEYLESS_US
    print(f"keyless table: {keyless_us:.2f} µs of processor time a row (limit {KEYLESS_US})")
    print(f"snapshot file: {Path(before).stat().st_size / 1024**2:.0f} MiB")
    print(f"contrast: pymysql alone {contrast['rows'] / contrast['s']:,.0f} rows/s")
    rate = rows / median(ways["sum"], "s")
    print(f"          ours          {rate:,.0f} rows/s")
    return good and not any(each["rows"] for each in ways["offline"])


def three_rows(server: MySQL, where: dict[str, Any], rows: int) -> bool:
    """A changed, a lost and an extra row among all: found and shown."""
    login = Login(Address(where["host"], where["port"]), Secret(where["password"]))

    def snapshot() -> Snapshot:
        with connect(login, raw=True) as connection:
            begin(connection)
            table = read_table(
                connection,
                table_shapes(connection)["bench", "wide"],
                Collector(RunFile().table),
                lambda: connect(login, raw=True),
            )
        return Snapshot("mysql", {("bench", "wide"): table})

    before = snapshot()
    server.execute(CHANGE.format(third=rows // 3, half=rows // 2))
    started = time.perf_counter()
    after = snapshot()
    pass_s = time.perf_counter() - started
    started = time.perf_counter()
    diff = compare(before, after)
    seconds = time.perf_counter() - started
    print(f"three rows in {rows}: found in {seconds:.1f} s; the snapshot took {pass_s:.1f} s")
    print(diff)
    (table,) = diff.tables.entries
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of this process {peak_mib:.0f} MiB (limit {PEAK_MIB})")
    found = (table.missing_rows, table.changed_rows, table.extra_rows)
    return found == (1, 1, 1) and peak_mib <= PEAK_MIB


def main() -> int:
    """Exit status 1 when a figure is above its limit."""
    if sys.argv[1:2] == ["--child"]:
        mode, first, second, out = sys.argv[2:]
        if mode == "offline":
            figures = offline(first, second)
        else:
            figures = in_this_process(mode, first, json.loads(second), out)
        print(json.dumps(figures))
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    settings = Settings()
    with (
        tempfile.TemporaryDirectory(prefix="kbench-") as name,
        closing(open_backend(settings, print)) as backend,
        closing(KubeClient(backend.kubeconfig, backend.capabilities)) as kube,
    ):
        kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "bench"}})
        server = MySQL(kube, settings, name="store", namespace="bench", options={})
        server.deploy()
        server.wait_ready()
        print(server.version())
        with kube.reach("bench", "store", 3306, timeout_s=60) as address:
            where = {
                "host": address.host,
                "port": address.port,
                "password": server._root_password().reveal(),
                "contrast": min(options.rows, 300_000),
            }
            good = measure(server, where, options.rows, options.rounds, Path(name))
            good &= three_rows(server, where, options.rows)
        server.remove()
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
