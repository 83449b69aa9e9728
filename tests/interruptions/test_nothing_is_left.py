"""kill -9 and Ctrl-C of pytest at many moments: within five seconds nothing of ours is left.

The moments are drawn from the run's own recorded events (`--kanister-trace`), so they fall on
every part of it: before the cluster is there, while servers start, in a dump, in the restore …
The seed is printed; KANISTER_TEST_SEED repeats a draw.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_kanister._base.polling import Deadline, wait_until
from tests.support.leftovers import Watch, become_reaper

pytestmark = [pytest.mark.interruptions, pytest.mark.slow]

SCENARIO = Path(__file__).parents[2] / "scenarios/mysql/accounts.kanister.yaml"
SEED = int(os.environ.get("KANISTER_TEST_SEED") or time.time_ns() % 1_000_000)
KILLS, INTERRUPTS = 30, 10
GONE_WITHIN_S = 5.0


@dataclass(frozen=True)
class Moment:
    """Right after the run's n-th event, and then this much of the gap to its next one."""

    event: int
    delay_s: float
    text: str


class Run:
    """A pytest process of its own, with a temporary folder and a trace of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.trace = folder / "trace.jsonl"
        self.tmp = folder / "tmp"
        self.tmp.mkdir()
        self.watch = Watch(self.tmp)
        self.output = (folder / "output.txt").open("w+")
        self.started = time.time()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "pytest", str(SCENARIO), "-p", "no:cacheprovider"),
                *("-c", os.devnull, f"--rootdir={folder}", f"--kanister-trace={self.trace}"),
                *arguments,
            ],
            env={**os.environ, "TMPDIR": str(self.tmp)},
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,
        )

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *error: object) -> None:
        self.output.close()
        self.process.kill()
        self.process.wait()
        self.watch.sweep()

    def events(self) -> list[tuple[float, str]]:
        """Seconds after the start, and what happened; the start itself first."""
        lines = self.trace.read_text().splitlines() if self.trace.exists() else []
        told = [json.loads(line) for line in lines if line.endswith("}")]
        return [(0.0, "pytest starts")] + [
            (event["at"] - self.started, str(event["text"])) for event in told
        ]

    def wait(self, moment: Moment) -> None:
        """Until the moment has come, or the run has ended."""

        def come() -> bool | None:
            if self.process.poll() is not None or len(self.events()) > moment.event:
                return True
            return None

        assert wait_until(come, Deadline(120), interval_s=0.005, longest_s=0.01)
        try:
            handle = os.pidfd_open(self.process.pid)
        except ProcessLookupError:
            return  # it ended meanwhile
        try:
            select.select([handle], [], [], moment.delay_s)
        finally:
            os.close(handle)


@pytest.fixture(autouse=True)
def _reaper() -> None:
    become_reaper()


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not under pytest's own folders: the run's TMPDIR must be short enough for unix sockets.
    with tempfile.TemporaryDirectory(prefix="kit-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def recorded() -> list[tuple[float, str]]:
    """The events of one run that nobody disturbs."""
    become_reaper()
    with tempfile.TemporaryDirectory(prefix="kit-") as name, Run(Path(name)) as run:
        status = run.process.wait(timeout=300)
        run.output.seek(0)
        text = run.output.read()
        assert status == 0, text
        assert run.watch.left_after(GONE_WITHIN_S) == []
        return run.events()


def draw(recorded: list[tuple[float, str]], count: int, salt: str) -> list[Moment]:
    chance = random.Random(f"{SEED}-{salt}")
    moments = []
    for _ in range(count):
        at = chance.randrange(len(recorded) - 1)
        gap = max(0.0, recorded[at + 1][0] - recorded[at][0])
        moments.append(Moment(at, gap * chance.random(), recorded[at][1]))
    return moments


@pytest.mark.parametrize("number", range(KILLS))
def test_kill_leaves_nothing(number: int, folder: Path, recorded: list[tuple[float, str]]) -> None:
    moment = draw(recorded, KILLS, "kill")[number]
    print(f"seed {SEED}: kill -9 {moment.delay_s:.3f} s after: {moment.text}")
    with Run(folder) as run:
        run.wait(moment)
        run.process.send_signal(signal.SIGKILL)
        run.process.wait()

        assert run.watch.left_after(GONE_WITHIN_S) == []


@pytest.mark.parametrize("number", range(INTERRUPTS))
def test_ctrl_c_leaves_nothing(
    number: int, folder: Path, recorded: list[tuple[float, str]]
) -> None:
    moment = draw(recorded, INTERRUPTS, "interrupt")[number]
    print(f"seed {SEED}: Ctrl-C {moment.delay_s:.3f} s after: {moment.text}")
    with Run(folder) as run:
        run.wait(moment)
        # As a terminal does it: to the whole foreground group.
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGINT)
        run.process.wait(timeout=30)

        assert run.watch.left_after(GONE_WITHIN_S) == []
