"""`Screen`: steps as they happen, for a person who watches a terminal, or asked with `-vv`.

While a test runs pytest captures the terminal, so it is written to through a copy of its file
descriptor that was taken before.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

from pytest_kanister._report.lines import step_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from pytest_kanister._model.results import StepResult

__all__ = ["Screen", "open_screen"]

_TICK_S = 0.2


def open_screen(config: pytest.Config, environment: Mapping[str, str]) -> Screen | None:
    """A screen when somebody watches: a terminal, no CI, no xdist, not `-q`; or `-vv`."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return None
    verbosity = config.get_verbosity()
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):
        return None  # no file at all: an embedded pytest
    watched = os.isatty(descriptor) and verbosity >= 0 and not environment.get("CI")
    if not watched and verbosity < 2:
        return None
    return Screen(
        os.dup(descriptor),
        live=watched and environment.get("TERM") != "dumb",
        colour=watched and "NO_COLOR" not in environment,
        progress=verbosity >= 2,
    )


class Screen:
    """Writes lines, and one line at the end that shows what is going on.

    Args:
        descriptor: a file descriptor that is ours to close.
        live: whether a line may be written over.
        colour: whether verdicts have their colour.
        progress: whether progress gets lines of its own.
    """

    def __init__(self, descriptor: int, *, live: bool, colour: bool, progress: bool) -> None:
        self._descriptor = descriptor
        self._live = live
        self._colour = colour
        self._all = progress
        self._lock = threading.Lock()
        self._step = ""
        self._about = ""
        self._since = 0.0
        self._shown = False
        self._ended = threading.Event()

    def begin(self, title: str) -> None:
        """A scenario begins: what follows stands on lines of its own."""
        self._write(f"\nkanister: {title}\n")
        if self._live:
            self._ended = threading.Event()
            threading.Thread(
                target=self._tick, args=(self._ended,), name="pytest-kanister screen", daemon=True
            ).start()

    def step(self, word: str) -> None:
        """A step begins."""
        with self._lock:
            self._step, self._about, self._since = word, "", time.monotonic()

    def done(self, step: StepResult) -> None:
        """A step has ended."""
        with self._lock:
            self._step = ""
        self._line(step_line(step, colour=self._colour))

    def end(self) -> None:
        """The scenario has ended."""
        self._ended.set()
        with self._lock:
            self._step = ""
            self._erase()

    def progress(self, line: str) -> None:
        """What is going on inside of a step."""
        with self._lock:
            self._about = line
        if self._all:
            self._line(f"kanister: {line}")

    def close(self) -> None:
        """Gives the descriptor back; a second call does nothing."""
        self._ended.set()
        with self._lock:
            descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _tick(self, ended: threading.Event) -> None:
        while not ended.wait(_TICK_S):
            with self._lock:
                if not self._step:
                    continue
                elapsed_s = time.monotonic() - self._since
                text = f"{elapsed_s:6.1f} s  …           {self._step:<13}  {self._about}"
                self._put(f"\r\x1b[2K{text[: self._width()]}")
                self._shown = True

    def _line(self, text: str) -> None:
        with self._lock:
            self._erase()
            self._put(f"{text}\n")

    def _write(self, text: str) -> None:
        with self._lock:
            self._erase()
            self._put(text)

    def _erase(self) -> None:
        if self._shown:
            self._put("\r\x1b[2K")
            self._shown = False

    def _put(self, text: str) -> None:
        if self._descriptor >= 0:
            os.write(self._descriptor, text.encode(errors="replace"))

    def _width(self) -> int:
        try:
            columns = os.get_terminal_size(self._descriptor).columns
        except OSError:
            columns = 0
        return (columns or 80) - 1
