"""A visit that is interrupted: nothing is left, or it is listed and removed by `cleanup`.

The moments are drawn from a run's own recorded events; the seed is printed, KANISTER_TEST_SEED
repeats a draw.  One moment in every run of the suite, all twenty with `-m interruptions`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_kanister._backends.kubeconfig.leftovers import find_leftovers
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._model.ownership import RUN_LABEL
from pytest_kanister._model.resources import NAMESPACES, SECRETS
from tests.backends.kubeconfig.conftest import CONTEXT, Visited

pytestmark = pytest.mark.slow

SCENARIO = Path(__file__).parents[3] / "scenarios/mysql/accounts.kanister.yaml"
SEED = int(os.environ.get("KANISTER_TEST_SEED") or time.time_ns() % 1_000_000)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
EVENTS = 12
"""An undisturbed run has a few more; a moment that never comes is the run's end."""


def run_and_interrupt(
    visited: Visited, folder: Path, number: signal.Signals, event: int, delay_s: float
) -> tuple[int, str]:
    """Runs the tutorial as a guest and sends the signal so long after its n-th event."""
    trace = folder / "trace.jsonl"
    argv = [
        *(sys.executable, "-m", "pytest", str(SCENARIO), "-p", "no:cacheprovider"),
        *("-c", os.devnull, f"--rootdir={folder}", f"--kanister-trace={trace}"),
        *("--kanister-backend=kubeconfig", f"--kanister-kubeconfig={visited.kubeconfig}"),
        f"--kanister-context={CONTEXT}",
    ]
    with (folder / "output.txt").open("w+") as output:
        process = subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, cwd=folder)

        def come() -> bool | None:
            seen = len(trace.read_text().splitlines()) if trace.exists() else 0
            return True if process.poll() is not None or seen >= event else None

        assert wait_until(come, Deadline(90), longest_s=0.02)
        try:
            process.wait(delay_s)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
        status = process.wait(timeout=90)
        output.seek(0)
        return status, output.read()


def check(visited: Visited, folder: Path, number: signal.Signals, event: int, delay: float) -> None:
    visited.make_namespace("bystander", allowed=True)
    secret = {"name": "theirs", "namespace": "bystander"}
    visited.admin.create({"apiVersion": "v1", "kind": "Secret", "metadata": secret})
    before = visited.kubeconfig.read_bytes()
    try:
        _, text = run_and_interrupt(visited, folder, number, event, delay)
        left = find_leftovers(visited.admin)
        print(text[-2000:], *left)
        if number == signal.SIGINT:
            assert left == []
        place = ["--kubeconfig", str(visited.kubeconfig), "--context", CONTEXT]
        cleanup = [sys.executable, "-m", "pytest_kanister", "cleanup", *place]
        done = subprocess.run(cleanup, capture_output=True, text=True, timeout=150)
        assert done.returncode == 0, done.stdout + done.stderr
        for leftover in left:
            assert leftover.run in done.stdout
        assert find_leftovers(visited.admin) == []
        assert not visited.admin.list(NAMESPACES, label_selector=RUN_LABEL)
        assert visited.admin.get(SECRETS, "theirs", "bystander")
        assert visited.kubeconfig.read_bytes() == before
    finally:
        visited.admin.delete(NAMESPACES, "bystander", wait_s=30)


def test_a_killed_run_is_found_and_removed(visited: Visited, tmp_path: Path) -> None:
    check(visited, tmp_path, signal.SIGKILL, 6, 0.1)


@pytest.mark.interruptions
@pytest.mark.parametrize("moment", range(20))
def test_twenty_moments(visited: Visited, tmp_path: Path, moment: int) -> None:
    chance = random.Random(f"{SEED}-{moment}")
    number, event = SIGNALS[moment % len(SIGNALS)], chance.randrange(EVENTS)
    delay_s = chance.random()
    print(json.dumps({"seed": SEED, "signal": number.name, "event": event, "delay": delay_s}))
    check(visited, tmp_path, number, event, delay_s)
