"""One cluster for all negative controls, and an end for each of them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from pytest_kanister import Harness
from tests.negative.circle import Circle

LIMIT_S = 60.0
"""Each takes a few seconds; what takes this long hangs."""


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"hangs: no outcome after {LIMIT_S:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def circle(kanister: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Circle:
    monkeypatch.chdir(tmp_path)  # messages then name the files as a person in that folder would
    return Circle(kanister, tmp_path)
