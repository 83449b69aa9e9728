"""Runs pytest on the tutorial's scenario and sends it a signal at a drawn moment."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_kanister._base.bundled import bundled
from pytest_kanister._base.polling import Deadline, wait_until

SCENARIO = bundled("scenarios", "mysql", "accounts.kanister.yaml")
SEED = int(os.environ.get("KANISTER_TEST_SEED") or time.time_ns() % 1_000_000)
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_EVENT_S = 300.0
"""A node image may be loaded before the first event of interest."""
_END_S = 120.0


@dataclass(frozen=True)
class Moment:
    """So long after the run's n-th event (`--kanister-trace`); past its last one: after its end."""

    number: signal.Signals
    event: int
    delay_s: float


def draw(index: int, events: int) -> Moment:
    """The moment of this index: signals in turn, the rest from the seed, which is printed."""
    chance = random.Random(f"{SEED}-{index}")
    moment = Moment(_SIGNALS[index % len(_SIGNALS)], chance.randrange(events), chance.random())
    told = {"seed": SEED, "signal": moment.number.name, "event": moment.event}
    print(json.dumps({**told, "delay": moment.delay_s}))
    return moment


def interrupt(
    options: Sequence[str], folder: Path, moment: Moment, env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """The run's exit status and output; a moment that never comes is the run's end."""
    trace = folder / "trace.jsonl"
    argv = [
        *(sys.executable, "-m", "pytest", str(SCENARIO)),
        *("-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={folder}"),
        *(f"--kanister-trace={trace}", *options),
    ]
    with (folder / "output.txt").open("w+") as output:
        process = subprocess.Popen(
            argv, stdout=output, stderr=subprocess.STDOUT, cwd=folder, env=env
        )

        def come() -> bool | None:
            seen = len(trace.read_text().splitlines()) if trace.exists() else 0
            return True if process.poll() is not None or seen >= moment.event else None

        try:
            assert wait_until(come, Deadline(_EVENT_S), longest_s=0.02)
            try:
                process.wait(moment.delay_s)
            except subprocess.TimeoutExpired:
                process.send_signal(moment.number)
            status = process.wait(timeout=_END_S)
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        return status, output.read()
