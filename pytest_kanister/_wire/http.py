"""`HttpApi`: the verbs as HTTP requests."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.api import WatchEvent
from pytest_kanister._model.resources import PODS
from pytest_kanister._wire.execution import run_in_container
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from aiohttp import ClientResponse, ClientSession

    from pytest_kanister._model.api import Object, PatchType
    from pytest_kanister._model.resources import Resource
    from pytest_kanister._wire.kubeconfig import Access

__all__ = ["HttpApi"]

_PATCHES = {
    "json": "application/json-patch+json",
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}
_PAGE = "500"
_ENDED_BY_SERVER_PAUSE_S = 0.05


class HttpApi:
    """Implements `_model.api.Api`; an asynchronous context manager, of one event loop.

    Every method raises `ApiError` for what the API refuses and `EnvironmentProblem` when it does
    not answer.

    Args:
        access: which cluster, as whom.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self._session: ClientSession | None = None

    async def __aenter__(self) -> HttpApi:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Object:
        """The object, or `NotFound`."""
        return await self._object("GET", resource.path(namespace, name))

    async def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
    ) -> Object:
        """The List object with all pages' items, in name order."""
        query = {"limit": _PAGE, **_selectors(label_selector, field_selector)}
        items: list[Object] = []
        while True:
            page = await self._object("GET", resource.path(namespace), query)
            items += page.get("items") or []
            token = page["metadata"].get("continue")
            if not token:
                break
            query["continue"] = token
        items.sort(
            key=lambda item: (item["metadata"]["name"], item["metadata"].get("namespace", ""))
        )
        return {**page, "items": items}

    async def create(self, resource: Resource, obj: Object, namespace: str | None = None) -> Object:
        """Creates."""
        home = namespace or (obj.get("metadata") or {}).get("namespace")
        body = {"apiVersion": resource.api_version, "kind": resource.kind, **obj}
        return await self._object("POST", resource.path(home), body=body)

    async def update(self, resource: Resource, obj: Object, *, subresource: str = "") -> Object:
        """Replaces what the object's own metadata name."""
        metadata = obj["metadata"]
        path = resource.path(metadata.get("namespace"), metadata["name"], subresource)
        body = {"apiVersion": resource.api_version, "kind": resource.kind, **obj}
        return await self._object("PUT", path, body=body)

    async def patch(
        self,
        resource: Resource,
        name: str,
        patch: Mapping[str, Any] | Sequence[Any],
        namespace: str | None = None,
        *,
        patch_type: PatchType = "merge",
        subresource: str = "",
    ) -> Object:
        """Changes a part; an apply's manager is `pytest-kanister` and wins conflicts."""
        query = {"fieldManager": "pytest-kanister"}
        if patch_type == "apply":
            query["force"] = "true"
        path = resource.path(namespace, name, subresource)
        return await self._object("PATCH", path, query, patch, _PATCHES[patch_type])

    async def delete(
        self,
        resource: Resource,
        name: str,
        namespace: str | None = None,
        *,
        grace_period_s: int | None = None,
        propagation: str = "",
        uid: str = "",
    ) -> Object:
        """Asks for deletion."""
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions"}
        if grace_period_s is not None:
            options["gracePeriodSeconds"] = grace_period_s
        if propagation:
            options["propagationPolicy"] = propagation
        if uid:
            options["preconditions"] = {"uid": uid}
        return await self._object("DELETE", resource.path(namespace, name), body=options)

    async def watch(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        resource_version: str = "",
        label_selector: str = "",
        field_selector: str = "",
    ) -> AsyncIterator[WatchEvent]:
        """Changes for ever, over as many requests as it takes."""
        query = {"watch": "true", "allowWatchBookmarks": "true"}
        query |= _selectors(label_selector, field_selector)
        while True:
            if resource_version:
                query["resourceVersion"] = resource_version
            async with await self._request("GET", resource.path(namespace), query) as response:
                async for line in _lines(_received(response)):
                    event = json.loads(line)
                    obj = event["object"]
                    if event["type"] == "ERROR":
                        raise _refusal(int(obj.get("code") or 500), obj)
                    resource_version = obj["metadata"].get("resourceVersion", resource_version)
                    yield WatchEvent(event["type"], obj)
            await asyncio.sleep(_ENDED_BY_SERVER_PAUSE_S)

    async def exec(
        self,
        namespace: str,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        stdin: AsyncIterator[bytes] | None = None,
        on_stdout: Callable[[bytes], None],
        on_stderr: Callable[[bytes], None],
    ) -> int:
        """Runs a command in a container; its exit status."""
        query = [("command", word) for word in command]
        query += [("stdout", "true"), ("stderr", "true")]
        query += [("stdin", "true")] if stdin is not None else []
        query += [("container", container)] if container else []
        url = self.access.server + PODS.path(namespace, pod, "exec")
        return await run_in_container(
            self._opened(), url, query, self._tls(), stdin, on_stdout, on_stderr
        )

    async def logs(
        self, namespace: str, pod: str, *, container: str = "", follow: bool = False
    ) -> AsyncIterator[bytes]:
        """The container's output."""
        from aiohttp import ClientError

        query = {"container": container} if container else {}
        if follow:
            query["follow"] = "true"
        path = PODS.path(namespace, pod, "log")
        async with await self._request("GET", path, query) as response:
            try:
                async for chunk in response.content.iter_any():
                    yield chunk
            except (ClientError, OSError) as error:
                raise self._broken(error) from None

    async def _object(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Object:
        from aiohttp import ClientError

        async with await self._request(method, path, query, body, content_type) as response:
            try:
                found: Object = json.loads(await response.read())
            except (ClientError, OSError, ValueError) as error:
                raise self._broken(error) from None
            return found

    def _broken(self, error: Exception) -> EnvironmentProblem:
        return EnvironmentProblem(
            f"an answer of the API server {self.access.server} broke off: {error}",
            remedies=["see whether the cluster runs: `kubectl version`"],
        )

    async def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> ClientResponse:
        """Sends; an answer below 300, whose body the caller reads."""
        from aiohttp import ClientError, ClientTimeout

        headers = {"Accept": "application/json"}
        data = None
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = content_type
        try:
            response = await self._opened().request(
                method,
                self.access.server + path,
                params=query,
                data=data,
                headers=headers,
                ssl=self._tls(),
                timeout=ClientTimeout(total=None, sock_connect=30),
            )
            if response.status >= 300:
                async with response:
                    raise _refusal(response.status, _decoded(await response.read()))
        except (ClientError, OSError) as error:
            raise EnvironmentProblem(
                f"the API server {self.access.server} does not answer: {error}",
                remedies=["see whether the cluster runs: `kubectl version`"],
            ) from None
        return response

    def _tls(self) -> Any:
        return True if self.access.tls is None else self.access.tls

    def _opened(self) -> ClientSession:
        if self._session is None:
            from aiohttp import ClientSession, TCPConnector

            self._session = ClientSession(
                headers=self.access.headers, connector=TCPConnector(limit=0), trust_env=False
            )
        return self._session


def _selectors(label: str, field: str) -> dict[str, str]:
    chosen = {"labelSelector": label, "fieldSelector": field}
    return {name: text for name, text in chosen.items() if text}


async def _received(response: ClientResponse) -> AsyncIterator[bytes]:
    """What comes until the stream ends or breaks; its last version says where to go on."""
    from aiohttp import ClientError

    try:
        async for chunk in response.content.iter_any():
            yield chunk
    except (ClientError, OSError):
        return


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Lines of any length: aiohttp's own reader has a limit.  What has no end is dropped."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line:
                yield line


def _decoded(data: bytes) -> Object:
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"message": data.decode(errors="replace")}


def _refusal(status: int, body: Object) -> ApiError:
    return ApiError.of(
        int(body.get("code") or status),
        str(body.get("reason") or ""),
        str(body.get("message") or f"the API server answered {status}"),
        body.get("details"),
    )
