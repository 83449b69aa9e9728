"""A child process whose end the event loop sees at once."""

from __future__ import annotations

import asyncio
import os
import subprocess
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Child"]


class Child:
    """A started process; its end is noticed by a pidfd, without a thread and without polling.

    Start children from the loop's own thread, which must be one that lives as long as they
    should: parent-death signals follow the thread.
    """

    _living: ClassVar[set[Child]] = set()

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._pidfd = os.pidfd_open(process.pid)
        self._loop.add_reader(self._pidfd, self._reap)
        self._living.add(self)

    @classmethod
    def start(cls, argv: Sequence[str], env: Mapping[str, str], **options: Any) -> Child:
        """Starts a command; `options` are those of `subprocess.Popen`.  Raises OSError."""
        return cls(subprocess.Popen(list(argv), env=dict(env), **options))

    @property
    def running(self) -> bool:
        """Whether the end has not been seen yet."""
        return not self._ended.done()

    @classmethod
    async def all_ended(cls, timeout_s: float) -> None:
        """Until the end of each child of this loop was seen; who was killed ends at once."""
        loop = asyncio.get_running_loop()
        ends = [child._ended for child in cls._living if child._loop is loop]
        if ends:
            await asyncio.wait(ends, timeout=timeout_s)

    async def wait(self) -> int:
        """The exit status, as a shell counts it: 128 + n for signal n."""
        return await asyncio.shield(self._ended)

    def send(self, signal_number: int) -> None:
        """Sends a signal unless the process has ended."""
        if self.running:
            self._process.send_signal(signal_number)

    def _reap(self) -> None:
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._living.discard(self)
        status = self._process.wait()
        self._ended.set_result(status if status >= 0 else 128 - status)
