"""What a person at a terminal sees, and what nobody sees who does not watch."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._model.results import StepResult, Verdict
from pytest_kanister._plugin import screen as module
from pytest_kanister._plugin.screen import Screen, open_screen
from pytest_kanister.testing import Example
from tests.plugin.project import files

SEED = StepResult("seed", Verdict.PROVEN, "9 rows", 0.05)


def config(*, verbosity: int = 0, worker: bool = False, collect: bool = False) -> Any:
    more: dict[str, Any] = {"workerinput": {}} if worker else {}
    return SimpleNamespace(
        option=SimpleNamespace(collectonly=collect), get_verbosity=lambda: verbosity, **more
    )


@pytest.mark.parametrize(
    ("chosen", "environment", "watches"),
    [
        ({}, {}, True),
        ({}, {"CI": "true"}, False),
        ({"verbosity": -1}, {}, False),
        ({"worker": True}, {}, False),
        ({"collect": True}, {}, False),
        ({"verbosity": 2}, {"CI": "true"}, True),
    ],
)
def test_who_watches(
    monkeypatch: pytest.MonkeyPatch,
    chosen: dict[str, Any],
    environment: dict[str, str],
    watches: bool,
) -> None:
    master, slave = pty.openpty()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(fileno=lambda: slave))

    opened = open_screen(config(**chosen), environment)

    assert (opened is not None) is watches
    if opened:
        opened.close()
    os.close(master)
    os.close(slave)


def test_nobody_watches_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(fileno=lambda: write))

    assert open_screen(config(), {}) is None
    loud = open_screen(config(verbosity=2), {})
    assert loud is not None
    loud.progress("a cluster is started")
    loud.done(SEED)
    loud.close()
    assert os.read(read, 4096).decode() == (
        "kanister: a cluster is started\n  0.05 s  proven      seed           9 rows\n"
    )
    os.close(read)
    os.close(write)


def test_a_running_step_shows_its_time_and_is_written_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_TICK_S", 0.01)
    read, write = os.pipe()
    shown = Screen(write, live=True, colour=False, progress=False)
    shown.begin("accounts")
    shown.step("backup")
    shown.progress("phase dump (0 % done)")
    text = ""
    while "phase dump" not in text:
        text += os.read(read, 4096).decode()
    shown.done(SEED)
    shown.end()
    shown.close()
    shown.close()
    text += os.read(read, 1 << 20).decode()
    os.close(read)

    assert text.startswith("\nkanister: accounts\n")
    assert re.search(r"\r\x1b\[2K +0\.\d s  … +backup +phase dump \(0 % done\)", text)
    assert text.rstrip("\n").endswith("\r\x1b[2K  0.05 s  proven      seed           9 rows")


@pytest.mark.slow
def test_a_person_watches_and_then_has_enough(tmp_path: Path) -> None:
    """A real terminal: steps as they happen; Ctrl-C ends it at once and leaves nothing."""
    project = Example(tmp_path, files(a=("- pause: 300\n- sql: {statement: a, expect: []}", "")))
    project.write()
    master, slave = pty.openpty()
    keep = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_") and k != "CI"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        stdout=slave,
        stderr=slave,
        stdin=slave,
        env={**keep, "TERM": "xterm", "COLUMNS": "120"},
        start_new_session=True,
    )
    os.close(slave)
    try:
        text = _read(master, "…           pause", 120.0)
        assert "proven" in text
        assert f"run-{process.pid}-" in _processes()
        assert "9 rows of dataset accounts loaded" in text
        process.send_signal(signal.SIGINT)
        text += _read(master, "\0 (until the end)", 60.0)
        assert process.wait(30.0) == 2
    finally:
        process.kill()
        process.wait()
        os.close(master)

    assert "KeyboardInterrupt" in text
    assert "Traceback (most recent call last)" not in text
    # The cluster's processes bear the number of the pytest that they belong to.
    assert wait_until(lambda: f"run-{process.pid}-" not in _processes() or None, Deadline(30.0))


def _processes() -> str:
    return subprocess.run(
        ["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True
    ).stdout


def _read(master: int, until: str, timeout_s: float) -> str:
    """What the terminal shows until a text comes or the other side has closed it."""
    text, end = "", time.monotonic() + timeout_s
    while until not in text and time.monotonic() < end:
        if select.select([master], [], [], 1.0)[0]:
            try:
                text += os.read(master, 65536).decode(errors="replace")
            except OSError:
                break
    return text
