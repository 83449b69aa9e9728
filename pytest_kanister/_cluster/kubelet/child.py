"""A child process whose end the event loop sees at once."""

from __future__ import annotations

import asyncio
import os
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Child"]


class Child:
    """A started process; its end is noticed by a pidfd, without a thread and without polling.

    Start children from the loop's own thread, which must be one that lives as long as they
    should: parent-death signals follow the thread.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._pidfd = os.pidfd_open(process.pid)
        self._loop.add_reader(self._pidfd, self._reap)

    @classmethod
    def start(cls, argv: Sequence[str], env: Mapping[str, str], **options: Any) -> Child:
        """Starts a command; `options` are those of `subprocess.Popen`.  Raises OSError."""
        return cls(subprocess.Popen(list(argv), env=dict(env), **options))

    @property
    def running(self) -> bool:
        """Whether the end has not been seen yet."""
        return not self._ended.done()

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
        status = self._process.wait()
        self._ended.set_result(status if status >= 0 else 128 - status)
