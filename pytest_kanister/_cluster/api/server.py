"""The listening server: TLS, tokens, connections."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ssl
import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from pytest_kanister._cluster.api.certificates import make_credentials, write_kubeconfig
from pytest_kanister._cluster.api.handlers import Handlers
from pytest_kanister._cluster.api.negotiation import json_response
from pytest_kanister.errors import ApiError, EnvironmentProblem, HarnessBug

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_kanister._cluster.api.certificates import Credentials
    from pytest_kanister._cluster.api.local import LocalApi

__all__ = ["ApiServer"]

_LARGEST_BODY_BYTES = 3 * 1024 * 1024
"""Kubernetes' own limit of a request."""


class ApiServer:
    """Serves a `LocalApi` over HTTPS as a Kubernetes cluster does.

    Args:
        api: what is served.
        folder: holds CA, token and kubeconfig; kept over restarts.
        host: address to listen on; loopback.
        port: 0 lets the system choose.
    """

    def __init__(self, api: LocalApi, *, folder: Path, host: str, port: int = 0) -> None:
        self.kubeconfig = folder / "kubeconfig"
        self.url = ""
        self._folder = folder
        self._host = host
        self._port = port
        self._handlers = Handlers(api)
        self._credentials: Credentials | None = None
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._streams: set[asyncio.Task[Any]] = set()
        self._answered = time.monotonic()

    @property
    def idle_s(self) -> float:
        """Seconds since the last request was answered; none while one is, a watch included."""
        return 0.0 if self._streams else time.monotonic() - self._answered

    async def start(self) -> None:
        """Listens and writes the kubeconfig.

        Raises:
            EnvironmentProblem: the address cannot be listened on.
        """
        credentials = self._credentials = make_credentials(self._folder, self._host)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(credentials.server)
        server = self._server = web.Server(
            self._handle,
            request_factory=_request,
            access_log=None,
            handler_cancellation=True,
            keepalive_timeout=3600.0,
        )
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, ssl_context=context)
        try:
            await site.start()
        except OSError as error:
            await self.stop()
            raise EnvironmentProblem(
                f"the API server cannot listen on {self._host}:{self._port}: {error.strerror}",
                remedies=["end what listens there, or choose another port"],
            ) from error
        port = self._runner.addresses[0][1]
        shown = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"https://{shown}:{port}"
        write_kubeconfig(self.kubeconfig, self.url, credentials)

    async def stop(self) -> None:
        """Ends every request, watches and execs included, and stops listening."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        assert self._server is not None
        for task in self._streams:
            task.cancel()
        transports = [connection.transport for connection in self._server.connections]
        await runner.cleanup()
        # Closing TLS politely waits for the other side; idle clients would keep us for long.
        for transport in transports:
            if transport is not None:
                # Early 3.11 (Debian 12's) forgets a closed transport's protocol and stumbles.
                with contextlib.suppress(AttributeError):
                    transport.abort()
        for _ in range(3):  # TLS, socket, protocol: each is told in a turn of its own
            await asyncio.sleep(0)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._streams.add(task)
        try:
            if not self._may_enter(request):
                raise ApiError.of(401, "Unauthorized", "Unauthorized")
            return await self._handlers.handle(request)
        except ApiError as error:
            return json_response(error.to_status(), status=error.status)
        except web.HTTPException:
            raise
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # one request's bug must not end the server
            bug = HarnessBug(f"{request.method} {request.path}: {type(error).__name__}: {error}")
            bug.__cause__ = error
            asyncio.get_running_loop().call_exception_handler(
                {"message": "request failed", "exception": error}
            )
            status = ApiError.of(500, "InternalError", f"Internal error occurred: {bug}")
            return json_response(status.to_status(), status=500)
        finally:
            self._streams.discard(task)
            self._answered = time.monotonic()

    def _may_enter(self, request: web.BaseRequest) -> bool:
        assert self._credentials is not None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(
            token.strip().encode(), self._credentials.token.encode()
        )


def _request(
    message: Any, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=_LARGEST_BODY_BYTES
    )
