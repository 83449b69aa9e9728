"""The controller's `/metrics`: how its actions ended, in Prometheus' text format.

Counted only with KANISTER_METRICS_ENABLED=true, which the chart leaves off.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pytest_kanister._kanister.operator.logging import Log

__all__ = ["Metrics", "serving"]

_NAME = "kanister_action_set_resolutions_total"
_PORT = "8000"
_PATHS = {b"/metrics", b"/v0/healthz"}


class Metrics:
    """How many actions succeeded and failed since the process began."""

    def __init__(self) -> None:
        self._counts = {"failure": 0, "success": 0}

    def count(self, *, success: bool) -> None:
        """One action ended; one whose artifacts could not be rendered counts as success, too."""
        self._counts["success" if success else "failure"] += 1

    def text(self) -> str:
        """Everything, as Prometheus reads it."""
        rows = [f'{_NAME}{{resolution="{word}"}} {count}' for word, count in self._counts.items()]
        head = [f"# HELP {_NAME} Total number of action set resolutions", f"# TYPE {_NAME} counter"]
        return "\n".join([*head, *rows, ""])


@contextlib.asynccontextmanager
async def serving(metrics: Metrics, env: Mapping[str, str], log: Log) -> AsyncIterator[None]:
    """Serves them on the pod's address (POD_IP) while the context lasts, if they are asked for."""
    host = env.get("POD_IP", "")
    if env.get("KANISTER_METRICS_ENABLED", "").lower() != "true" or not host:
        yield
        return

    answering: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(answer(reader, writer))
        answering.add(task)
        task.add_done_callback(answering.discard)
        task.add_done_callback(lambda _: writer.close())

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            words = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
            good = len(words) > 2 and words[0] == b"GET" and words[1] in _PATHS
            body = metrics.text().encode() if good else b"not found\n"
            head = (
                f"HTTP/1.1 {'200 OK' if good else '404 Not Found'}\r\n"
                "Content-Type: text/plain; version=0.0.4\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()

    try:
        server = await asyncio.start_server(connected, host, int(env.get("METRICS_PORT") or _PORT))
    except (OSError, ValueError) as error:
        log.error("Failed to serve metrics", error)
        yield
        return
    port = server.sockets[0].getsockname()[1]
    log.info(f"Serving metrics on http://{host}:{port}/metrics")
    try:
        yield
    finally:
        server.close()
        for task in answering:  # who connected and asks nothing ends with us
            task.cancel()
