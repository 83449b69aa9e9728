"""The only poll loop, and deadlines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Deadline", "wait_until"]

T = TypeVar("T")


class Deadline:
    """A point in time `timeout_s` from now, by a clock that never jumps.

    Args:
        timeout_s: span until the deadline.
        clock: seconds, monotonic; tests inject their own.
    """

    def __init__(self, timeout_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.timeout_s = timeout_s
        self._clock = clock
        self._start = clock()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the deadline was made."""
        return self._clock() - self._start

    @property
    def left_s(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.timeout_s - self.elapsed_s)

    @property
    def passed(self) -> bool:
        """Whether the point has passed."""
        return self.elapsed_s >= self.timeout_s


def wait_until(
    attempt: Callable[[], T | None],
    deadline: Deadline,
    *,
    interval_s: float = 0.02,
    longest_s: float = 0.25,
    sleep: Callable[[float], None] = time.sleep,
) -> T | None:
    """Calls `attempt` until it returns something other than None, or the deadline passes.

    The pause grows by half each time from `interval_s` to `longest_s`: quick answers are seen
    quickly, slow ones do not burn a core.  Returns None on time-out; the attempt is made at
    least once, and once more after the deadline, so that a long pause hides nothing.
    """
    pause = interval_s
    while True:
        last = deadline.passed
        result = attempt()
        if result is not None or last:
            return result
        sleep(min(pause, max(deadline.left_s, 0.001)))
        pause = min(pause * 1.5, longest_s)
