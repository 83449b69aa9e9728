"""`pods/exec` over a websocket: Kubernetes' channel protocol, versions 5 and 4.

Each message begins with its channel: 0 stdin, 1 stdout, 2 stderr, 3 the final Status, 4 the
terminal's size (accepted, not used); in version 5, 255 followed by a channel closes that one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from pytest_kanister._cluster.api.local import container_of
from pytest_kanister._cluster.api.negotiation import dump
from pytest_kanister._cluster.registry import problems
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pytest_kanister._cluster.api.local import LocalApi

__all__ = ["serve_exec"]

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDIN, _STDOUT, _STDERR, _ERROR, _CLOSE = 0, 1, 2, 3, 255
_YES = ("true", "1")


async def serve_exec(
    api: LocalApi, request: web.BaseRequest, namespace: str, name: str
) -> web.StreamResponse:
    """Runs a command in a container for a websocket client.

    Raises:
        NotFound: no such pod.
        BadRequest: no command, or no such container.
        ApiError: 501, the client speaks SPDY only.
    """
    query = request.query
    pod = api.verbs.get(api.store.kinds.of(PODS), namespace, name)
    container = container_of(pod, query.get("container", ""))
    command = query.getall("command", [])
    if not command:
        raise problems.bad_request("you must specify at least one command for the container")
    if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        raise problems.bad_request(
            f"cannot exec into a container in a completed pod; current phase is "
            f"{pod['status']['phase']}"
        )
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise problems.not_implemented(
            "exec over SPDY: use a client that speaks websockets (kubectl 1.31 or newer)"
        )
    socket = web.WebSocketResponse(protocols=_PROTOCOLS, max_msg_size=0, compress=False)
    await socket.prepare(request)
    if socket.ws_protocol is None:
        await socket.close(code=1002, message=b"no channel protocol in common")
        return socket
    await socket.send_bytes(bytes((_STDOUT,)))
    session = _Session(socket, wants_stdin=query.get("stdin") in _YES)
    running = asyncio.ensure_future(
        api.pod_host().exec(
            namespace,
            name,
            container,
            command,
            stdin=session.stdin() if query.get("stdin") in _YES else None,
            stdout=session.stdout,
            stderr=session.stderr,
            tty=query.get("tty") in _YES,
        )
    )
    reading = asyncio.ensure_future(session.read())
    try:
        # When the client leaves, its command must not go on.
        await asyncio.wait((running, reading), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await socket.send_bytes(bytes((_ERROR,)) + dump(_final_status(running)))
            await socket.close()
    except ConnectionError:
        pass
    finally:
        for task in (running, reading):
            task.cancel()
        await asyncio.gather(running, reading, return_exceptions=True)
    return socket


def _final_status(running: asyncio.Future[int]) -> dict[str, Any]:
    error = running.exception()
    if isinstance(error, ApiError):
        return error.to_status()
    if error is not None:
        return ApiError.of(
            500, "InternalError", f"Internal error occurred: {type(error).__name__}: {error}"
        ).to_status()
    code = running.result()
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: exit status {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


class _Session:
    """One client's channels."""

    def __init__(self, socket: web.WebSocketResponse, *, wants_stdin: bool) -> None:
        self._socket = socket
        self._wants_stdin = wants_stdin
        # Bounded: a client that writes faster than the command reads has to wait.
        self._input: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=64)

    async def read(self) -> None:
        """Takes the client's messages until it leaves."""
        async for message in self._socket:
            if message.type == WSMsgType.TEXT:
                data = message.data.encode()
            elif message.type == WSMsgType.BINARY:
                data = message.data
            else:
                continue
            if not data:
                continue
            if data[0] == _STDIN and self._wants_stdin and len(data) > 1:
                await self._input.put(data[1:])
            elif data[0] == _CLOSE and data[1:2] == bytes((_STDIN,)) and self._wants_stdin:
                await self._input.put(None)

    async def stdin(self) -> AsyncIterator[bytes]:
        """What the client sent, until it closes that channel."""
        while True:
            chunk = await self._input.get()
            if chunk is None:
                return
            yield chunk

    async def stdout(self, chunk: bytes) -> None:
        """Sends output."""
        await self._socket.send_bytes(bytes((_STDOUT,)) + chunk)

    async def stderr(self, chunk: bytes) -> None:
        """Sends error output."""
        await self._socket.send_bytes(bytes((_STDERR,)) + chunk)
