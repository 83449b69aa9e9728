"""`pods/log` over HTTP."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from aiohttp import web

from pytest_kanister._cluster.api.local import container_of
from pytest_kanister._cluster.registry import problems
from pytest_kanister._model.resources import PODS

if TYPE_CHECKING:
    from pytest_kanister._cluster.api.local import LocalApi

__all__ = ["serve_logs"]

_UNKNOWN = ("sinceSeconds", "sinceTime", "limitBytes", "stream")


async def serve_logs(
    api: LocalApi, request: web.BaseRequest, namespace: str, name: str
) -> web.StreamResponse:
    """Streams a container's output as plain text.

    Raises:
        ApiError: 501 for the parameters that the kubelet cannot honour; NotFound, BadRequest.
    """
    query = request.query
    for parameter in _UNKNOWN:
        if query.get(parameter):
            raise problems.not_implemented(f"pods/log with {parameter}")
    pod = api.verbs.get(api.store.kinds.of(PODS), namespace, name)
    tail = query.get("tailLines")
    if tail and not tail.isdigit():
        raise problems.bad_request(f'tailLines: Invalid value: "{tail}": must be a number')
    chunks = api.pod_host().logs(
        namespace,
        name,
        container_of(pod, query.get("container", "")),
        follow=query.get("follow") in ("true", "1"),
        tail_lines=int(tail) if tail else None,
        timestamps=query.get("timestamps") in ("true", "1"),
        previous=query.get("previous") in ("true", "1"),
    )
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    response.enable_chunked_encoding()
    started = False
    async with aclosing(chunks) as stream:  # type: ignore[type-var]  # an async generator
        if query.get("follow") in ("true", "1"):
            await response.prepare(request)
            started = True
        async for chunk in stream:
            if not started:
                await response.prepare(request)
                started = True
            await response.write(chunk)
    if not started:
        await response.prepare(request)
    await response.write_eof()
    return response
