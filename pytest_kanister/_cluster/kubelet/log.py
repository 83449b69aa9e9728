"""A container run's output: one file, every byte in the order it was written."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import fcntl
import os
import time
from array import array
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

__all__ = ["RunLog"]

_CHUNK_BYTES = 256 * 1024
_F_SETPIPE_SZ = 1031


class RunLog:
    """The log of one run.

    Programs write into a pipe, as in a container, not into the file: a script that opens
    /dev/stderr for writing would otherwise truncate it.

    Args:
        path: the file, made anew with mode 0600.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._size = 0
        # When what was written, 16 bytes a write: a pod may talk for hours.
        self._places = array("q")
        self._moments = array("d")
        self._open_pipes = 0
        self._ended = False
        self._waiting: set[asyncio.Event] = set()

    def pipe(self) -> int:
        """A descriptor for a child's stdout and stderr; the caller closes it after the start."""
        loop = asyncio.get_running_loop()
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        with contextlib.suppress(OSError):  # a user's pipes may be limited: a small one does
            fcntl.fcntl(writing, _F_SETPIPE_SZ, _CHUNK_BYTES)
        self._open_pipes += 1
        loop.add_reader(reading, self._drain, reading)
        return writing

    def write(self, data: bytes) -> None:
        """Appends, and wakes whoever follows."""
        if data:
            self._places.append(self._size)
            self._moments.append(time.time())
            self._size += os.write(self._file, data)
            self._wake()

    async def drained(self, timeout_s: float) -> None:
        """Waits until every writer has closed its end; a stray writer is not waited for longer."""
        if self._open_pipes:
            event = asyncio.Event()
            self._waiting.add(event)
            try:
                async with asyncio.timeout(timeout_s):
                    while self._open_pipes:
                        event.clear()
                        await event.wait()
            except TimeoutError:
                pass
            finally:
                self._waiting.discard(event)

    def end(self) -> None:
        """No more will come: those who follow reach the end."""
        self._ended = True
        self._wake()

    async def read(
        self, *, follow: bool, tail_lines: int | None = None, timestamps: bool = False
    ) -> AsyncIterator[bytes]:
        """What was written, then with `follow` what is being written, until the run's end."""
        event = asyncio.Event()
        self._waiting.add(event)
        # A file of its own: the pod's folder may go while somebody still reads.
        handle = os.dup(self._file)
        try:
            position = 0 if tail_lines is None else self._tail(tail_lines)
            while True:
                event.clear()
                while position < self._size:
                    data = os.pread(handle, min(_CHUNK_BYTES, self._size - position), position)
                    if timestamps:
                        data = self._whole_lines(data)
                        if not data:
                            break
                        yield self._stamped(data, position)
                    else:
                        yield data
                    position += len(data)
                if not follow or self._ended:
                    if position >= self._size or not follow:
                        return
                    continue
                await event.wait()
        finally:
            os.close(handle)
            self._waiting.discard(event)

    def __del__(self) -> None:
        os.close(self._file)

    def _drain(self, reading: int) -> None:
        try:
            data = os.read(reading, _CHUNK_BYTES)
        except BlockingIOError:
            return
        if data:
            self.write(data)
            return
        asyncio.get_running_loop().remove_reader(reading)
        os.close(reading)
        self._open_pipes -= 1
        self._wake()

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()

    def _tail(self, lines: int) -> int:
        """Where the last `lines` lines begin."""
        if lines <= 0:
            return self._size
        end, wanted = self._size, lines + 1
        if end and os.pread(self._file, 1, end - 1) != b"\n":
            wanted -= 1  # the last line is not finished
        while end:
            start = max(0, end - _CHUNK_BYTES)
            block = os.pread(self._file, end - start, start)
            for _ in range(block.count(b"\n")):
                wanted -= 1
                at = block.rindex(b"\n")
                if not wanted:
                    return start + at + 1
                block = block[:at]
            end = start
        return 0

    def _whole_lines(self, data: bytes) -> bytes:
        cut = data.rfind(b"\n") + 1
        endless = not cut and (self._ended or len(data) == _CHUNK_BYTES)
        return data if endless else data[:cut]

    def _stamped(self, data: bytes, position: int) -> bytes:
        """Each line after the time at which its beginning was written, as the kubelet does."""
        out = []
        for line in data.splitlines(keepends=True):
            moment = self._moments[bisect.bisect_right(self._places, position) - 1]
            stamp = f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S.%fZ} "
            out.append(stamp.encode() + line)
            position += len(line)
        return b"".join(out)
