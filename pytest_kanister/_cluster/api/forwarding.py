"""`pods/portforward` over a websocket: `v4.channel.k8s.io`, as kubelets serve it to websockets.

For the n-th port asked for, channel 2n carries its data and channel 2n+1 a complaint; each begins
with the port's number, two bytes, the lower one first.  One connection a port and websocket.
kubectl's own way (SPDY, or SPDY inside of a websocket) is not served.
"""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from pytest_kanister._cluster.registry import problems
from pytest_kanister._model.resources import PODS

if TYPE_CHECKING:
    from pytest_kanister._cluster.api.local import LocalApi

__all__ = ["serve_forward"]

_PROTOCOL = "v4.channel.k8s.io"
_PIECE_BYTES = 2**16
_HIGHEST_PORT = 65535


async def serve_forward(
    api: LocalApi, request: web.BaseRequest, namespace: str, name: str
) -> web.StreamResponse:
    """Connects a websocket client to ports of a running pod.

    Raises:
        NotFound: no such pod.
        BadRequest: no port, one that is none, or the pod does not run.
        ApiError: 501, the client speaks SPDY.
    """
    pod = api.verbs.get(api.store.kinds.of(PODS), namespace, name)
    upgrade = request.headers.get("Upgrade", "").lower()
    if upgrade != "websocket" or _PROTOCOL not in request.headers.get("Sec-WebSocket-Protocol", ""):
        raise problems.not_implemented("pods/portforward over SPDY")
    ports = _ports(request.query.getall("ports", []))
    status = pod.get("status", {})
    if status.get("phase") != "Running":
        raise problems.bad_request(
            f"unable to forward port because pod is not running. Current status="
            f"{status.get('phase')}"
        )
    socket = web.WebSocketResponse(protocols=(_PROTOCOL,), max_msg_size=0, compress=False)
    await socket.prepare(request)
    for index, port in enumerate(ports):
        for channel in (2 * index, 2 * index + 1):
            await socket.send_bytes(bytes((channel,)) + struct.pack("<H", port))
    writers: dict[int, asyncio.StreamWriter] = {}
    try:
        await _carry(socket, status["podIP"], ports, writers)
    except ConnectionError:
        pass
    finally:
        # However it ends, a cancelled request included.
        for writer in writers.values():
            writer.close()
    return socket


async def _carry(
    socket: web.WebSocketResponse,
    address: str,
    ports: list[int],
    writers: dict[int, asyncio.StreamWriter],
) -> None:
    """Until the last of the pod's connections ends, or the client goes; fills `writers`."""
    readings: list[asyncio.Task[None]] = []
    taking = None
    try:
        for index, port in enumerate(ports):
            try:
                reader, writers[2 * index] = await asyncio.open_connection(address, port)
            except OSError as error:
                text = f"an error occurred forwarding {port} -> {port}: {error.strerror}"
                await socket.send_bytes(bytes((2 * index + 1,)) + text.encode())
                continue
            readings.append(asyncio.ensure_future(_from_pod(socket, 2 * index, reader)))
        taking = asyncio.ensure_future(_from_client(socket, writers))
        waiting = {*readings}
        while waiting and not taking.done():
            done, _ = await asyncio.wait({*waiting, taking}, return_when=asyncio.FIRST_COMPLETED)
            waiting -= done
        # Nobody else may read while the farewell is exchanged, or it is not sent.
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
        await socket.close()
    finally:
        tasks = [*readings, taking] if taking else readings
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _from_pod(
    socket: web.WebSocketResponse, channel: int, reader: asyncio.StreamReader
) -> None:
    while data := await reader.read(_PIECE_BYTES):
        await socket.send_bytes(bytes((channel,)) + data)


async def _from_client(
    socket: web.WebSocketResponse, writers: dict[int, asyncio.StreamWriter]
) -> None:
    async for message in socket:
        if message.type == WSMsgType.BINARY and message.data:
            writer = writers.get(message.data[0])
            if writer is not None:
                writer.write(message.data[1:])
                await writer.drain()


def _ports(texts: list[str]) -> list[int]:
    numbers = [number for text in texts for number in text.split(",")]
    if not numbers:
        raise problems.bad_request('query parameter "ports" is required')
    ports = []
    for text in numbers:
        if not text.isdigit() or not 0 < int(text) <= _HIGHEST_PORT:
            raise problems.bad_request(f'unable to parse "{text}" as a port')
        ports.append(int(text))
    return ports
