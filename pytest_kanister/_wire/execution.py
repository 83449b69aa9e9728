"""`pods/exec` from the client's side: Kubernetes' channel protocol over a websocket."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from aiohttp import ClientSession, ClientWebSocketResponse

__all__ = ["run_in_container"]

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDIN, _STDOUT, _STDERR, _STATUS, _CLOSE = 0, 1, 2, 3, 255


async def run_in_container(
    session: ClientSession,
    url: str,
    query: Sequence[tuple[str, str]],
    tls: Any,
    stdin: AsyncIterator[bytes] | None,
    on_stdout: Callable[[bytes], None],
    on_stderr: Callable[[bytes], None],
) -> int:
    """Runs a command to its end; its exit status.

    Raises:
        ApiError: the API refused, or the command could not be started.
        EnvironmentProblem: the connection broke, or input cannot be ended over it.
    """
    import aiohttp

    takers = {_STDOUT: on_stdout, _STDERR: on_stderr}
    try:
        async with session.ws_connect(
            url, params=list(query), protocols=_PROTOCOLS, ssl=tls, max_msg_size=0
        ) as socket:
            sending = asyncio.ensure_future(_send(socket, stdin)) if stdin is not None else None
            try:
                async for message in socket:
                    if message.type is not aiohttp.WSMsgType.BINARY or not message.data:
                        continue
                    channel, data = message.data[0], message.data[1:]
                    if channel == _STATUS:
                        return _exit_status(json.loads(data))
                    if data and channel in takers:
                        takers[channel](data)
            finally:
                if sending is not None:
                    sending.cancel()
                    await asyncio.gather(sending, return_exceptions=True)
    except aiohttp.WSServerHandshakeError as error:
        raise await _refused(session, url, query, tls, error) from None
    except (aiohttp.ClientError, OSError) as error:
        raise _broken(str(error)) from None
    raise _broken("it ended without an exit status")


async def _send(socket: ClientWebSocketResponse, stdin: AsyncIterator[bytes]) -> None:
    async for chunk in stdin:
        await socket.send_bytes(bytes((_STDIN,)) + chunk)
    if socket.protocol == _PROTOCOLS[0]:
        await socket.send_bytes(bytes((_CLOSE, _STDIN)))


async def _refused(
    session: ClientSession, url: str, query: Sequence[tuple[str, str]], tls: Any, error: Any
) -> ApiError:
    """The API's own words: the websocket's answer holds a Status that its client has dropped."""
    import aiohttp

    try:
        async with session.get(url, params=list(query), ssl=tls) as response:
            body = await response.read()
    except (aiohttp.ClientError, OSError):
        body = b""
    try:
        status = json.loads(body)
        if int(status["code"]) == error.status:
            return ApiError.of(
                error.status, status["reason"], status["message"], status.get("details")
            )
    except (ValueError, KeyError, TypeError):
        pass
    return ApiError.of(error.status, "", f"exec was refused: {error.message}")


def _exit_status(answer: dict[str, Any]) -> int:
    if answer.get("status") == "Success":
        return 0
    if answer.get("reason") == "NonZeroExitCode":
        for cause in (answer.get("details") or {}).get("causes") or ():
            if cause.get("reason") == "ExitCode":
                return int(cause["message"])
    raise ApiError.of(
        int(answer.get("code") or 500),
        answer.get("reason") or "InternalError",
        answer.get("message") or "",
        answer.get("details"),
    )


def _broken(why: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"the connection to the container broke: {why}",
        remedies=["see whether the pod was restarted: `kubectl describe pod`", "try again"],
    )
