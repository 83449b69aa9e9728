"""A proxy in front of an API server: keeps a record of writes, enforces RBAC rules, breaks.

An independent witness: it sees what a client sends, whatever the client's own code believes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientSession, ClientTimeout, WSMsgType, web

from pytest_kanister._wire import load_kubeconfig

_WRITES = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_REVIEW = "selfsubjectaccessreviews"
_HOP = {"host", "content-length", "transfer-encoding", "connection", "authorization"}


@dataclass(frozen=True)
class Request:
    """What an authorizer sees of a request."""

    verb: str
    group: str
    resource: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = "/".join(filter(None, (self.namespace, self.name)))
        return f"{self.verb} {self.resource}.{self.group} {place}".strip()


@dataclass
class Rules:
    """RBAC: rules for the whole cluster, and for namespaces; `None` allows everything."""

    cluster: list[dict[str, Any]] | None = None
    namespaces: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def allow(self, request: Request) -> bool:
        if self.cluster is None:
            return True
        rules = [*self.cluster, *self.namespaces.get(request.namespace, [])]
        return any(_matches(rule, request) for rule in rules)


def _matches(rule: dict[str, Any], request: Request) -> bool:
    names = rule.get("resourceNames")
    return (
        _has(rule["apiGroups"], request.group)
        and _has(rule["resources"], request.resource)
        and _has(rule["verbs"], request.verb)
        and (not names or request.name in names)
    )


def _has(allowed: Iterable[str], word: str) -> bool:
    return "*" in allowed or word in allowed


def parse(method: str, path: str, query: Any) -> Request | None:
    """None for what is no resource (discovery, /version)."""
    parts = path.strip("/").split("/")
    if parts[0] == "api" and len(parts) > 2:
        group, rest = "", parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, rest = parts[1], parts[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    resource, name = rest[0], rest[1] if len(rest) > 1 else ""
    if len(rest) > 2:
        resource += f"/{rest[2]}"
    verb = _WRITES.get(method) or ("get" if name else "list")
    if method == "GET" and not name and query.get("watch") in ("true", "1"):
        verb = "watch"
    return Request(verb, group, resource, namespace, name)


class ApiProxy:
    """Listens on loopback in a thread, without TLS.

    Attributes:
        writes: every request that writes, in order.
        refused: every request that the rules refused.
        rules: what is allowed.
        down: while True, connections are dropped as soon as they come.
    """

    def __init__(self, upstream: Path) -> None:
        self.writes: list[tuple[Request, dict[str, Any]]] = []
        self.refused: list[Request] = []
        self.rules = Rules()
        self.down = False
        self._access = load_kubeconfig(upstream)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._run(self._start())

    def write_kubeconfig(self, file: Path, context: str = "visited") -> Path:
        """A kubeconfig whose current context leads nowhere, and the one that leads here."""
        here, nowhere = f"http://127.0.0.1:{self.port}", "http://127.0.0.1:9"
        contexts = [(context, here), ("nowhere", nowhere)]
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "nowhere",
            "contexts": [
                {"name": name, "context": {"cluster": name, "user": "me"}} for name, _ in contexts
            ],
            "clusters": [{"name": name, "cluster": {"server": url}} for name, url in contexts],
            "users": [{"name": "me", "user": {"token": "whoever"}}],
        }
        file.write_text(yaml.safe_dump(config))
        return file

    def cut(self) -> None:
        """Breaks every connection that is open."""
        self._loop.call_soon_threadsafe(self._abort)

    def stop(self) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def _abort(self) -> None:
        for connection in list(self._server.connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def _start(self) -> int:
        self._client = ClientSession(
            headers=self._access.headers, timeout=ClientTimeout(total=None), auto_decompress=False
        )
        self._server = web.Server(self._handle, access_log=None)
        self._runner = web.ServerRunner(self._server, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return int(self._runner.addresses[0][1])

    async def _stop(self) -> None:
        self._abort()
        await self._runner.cleanup()
        await self._client.close()
        for _ in range(20):
            await asyncio.sleep(0)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.down:
            assert request.transport is not None
            request.transport.abort()
            raise ConnectionResetError
        asked = parse(request.method, request.path, request.query)
        body = await request.read()
        if asked is not None and asked.resource == _REVIEW:
            return self._review(json.loads(body))
        if asked is not None:
            if not self.rules.allow(asked):
                self.refused.append(asked)
                status = {
                    "kind": "Status",
                    "apiVersion": "v1",
                    "status": "Failure",
                    "reason": "Forbidden",
                    "code": 403,
                    "message": f"{asked} is forbidden",
                }
                return web.json_response(status, status=403)
            if request.method in _WRITES:
                held = json.loads(body) if body else {}
                self.writes.append((asked, held if isinstance(held, dict) else {}))
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._websocket(request)
        return await self._plain(request, body)

    def _review(self, body: dict[str, Any]) -> web.Response:
        asked = body["spec"]["resourceAttributes"]
        resource = "/".join(filter(None, (asked["resource"], asked.get("subresource", ""))))
        allowed = self.rules.allow(
            Request(
                asked["verb"],
                asked.get("group", ""),
                resource,
                asked.get("namespace", ""),
                asked.get("name", ""),
            )
        )
        return web.json_response({**body, "status": {"allowed": allowed}}, status=201)

    async def _plain(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _HOP}
        async with self._client.request(
            request.method,
            self._access.server + request.raw_path,
            data=body or None,
            headers=headers,
            ssl=self._access.tls or True,
        ) as answer:
            response = web.StreamResponse(status=answer.status)
            response.headers["Content-Type"] = answer.headers.get("Content-Type", "text/plain")
            response.enable_chunked_encoding()
            with contextlib.suppress(ConnectionError):
                await response.prepare(request)
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
                await response.write_eof()
            return response

    async def _websocket(self, request: web.BaseRequest) -> web.StreamResponse:
        wanted = request.headers.get("Sec-WebSocket-Protocol", "")
        protocols = [part.strip() for part in wanted.split(",") if part.strip()]
        async with self._client.ws_connect(
            self._access.server + request.raw_path,
            protocols=protocols,
            ssl=self._access.tls or True,
            max_msg_size=0,
        ) as upstream:
            chosen = [upstream.protocol] if upstream.protocol else protocols
            here = web.WebSocketResponse(protocols=chosen, max_msg_size=0, compress=False)
            await here.prepare(request)

            async def pump(source: Any, target: Any) -> None:
                async for message in source:
                    if message.type == WSMsgType.BINARY:
                        await target.send_bytes(message.data)

            up = asyncio.ensure_future(pump(here, upstream))
            down = asyncio.ensure_future(pump(upstream, here))
            done, _ = await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
            # Only an upstream that has closed properly is passed on as a proper close.
            if down in done and upstream.close_code == 1000:
                await here.close()
            elif request.transport is not None:
                request.transport.abort()
            return here


@contextmanager
def proxied(upstream: Path) -> Iterator[ApiProxy]:
    proxy = ApiProxy(upstream)
    try:
        yield proxy
    finally:
        proxy.stop()
