"""A TCP proxy in front of a Service's endpoints, on an address of its own."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Proxy"]

_CHUNK_BYTES = 256 * 1024


class Proxy:
    """Listens on one port and hands each connection to the next endpoint in turn.

    Args:
        address: where it listens: (ip, port).
        targets: endpoints, each (ip, port); may be changed while it runs.
    """

    def __init__(self, address: tuple[str, int], targets: Sequence[tuple[str, int]]) -> None:
        self.address = address
        self.targets = list(targets)
        self._turn = itertools.count()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begins to listen; raises OSError when the port cannot be bound."""
        self._server = await asyncio.start_server(self._serve, *self.address)

    async def close(self) -> None:
        """Stops listening and ends every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            # A close or an error on either side is an ordinary end of a connection.
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._carry(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.targets:
            return
        target = self.targets[next(self._turn) % len(self.targets)]
        far_reader, far_writer = await asyncio.open_connection(*target)
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            far_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK_BYTES):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
