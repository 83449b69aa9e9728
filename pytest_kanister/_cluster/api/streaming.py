"""Watches over HTTP: one JSON object a line, for as long as both sides want."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import aclosing
from typing import TYPE_CHECKING

from aiohttp import web

from pytest_kanister._cluster.api.negotiation import dump
from pytest_kanister._cluster.api.tables import partial, to_table
from pytest_kanister._cluster.api.watching import watch_changes
from pytest_kanister._cluster.registry.problems import bad_request
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._cluster.api.negotiation import Answer
    from pytest_kanister._cluster.api.targets import Target
    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._cluster.registry.store import Change, Store
    from pytest_kanister._model.api import Object

__all__ = ["serve_watch"]

_BOOKMARK_S = 60.0
"""Kubernetes sends a bookmark about once a minute."""


async def serve_watch(
    store: Store, request: web.BaseRequest, kind: Kind, target: Target, answer: Answer
) -> web.StreamResponse:
    """Streams until `timeoutSeconds` (by default half an hour or more), then ends cleanly.

    An error inside the stream is an ERROR event with a Status, as HTTP has said 200 already.
    """
    query = request.query
    fields = query.get("fieldSelector", "")
    if target.name:
        own = f"metadata.name={target.name}"
        fields = f"{fields},{own}" if fields else own
    initial = query.get("sendInitialEvents") == "true"
    if initial and query.get("resourceVersionMatch") != "NotOlderThan":
        raise ApiError.of(
            422,
            "Invalid",
            'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: '
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        )
    try:
        asked = int(query.get("timeoutSeconds") or 0)
    except ValueError:
        raise bad_request("timeoutSeconds must be a number") from None
    limit_s = asked or 1800 + secrets.randbelow(1800)
    changes = watch_changes(
        store,
        kind,
        target.namespace,
        resource_version=query.get("resourceVersion", ""),
        label_selector=query.get("labelSelector", ""),
        field_selector=fields,
        initial_events=initial,
        bookmark_s=_BOOKMARK_S if query.get("allowWatchBookmarks") in ("true", "1") else None,
    )
    response = web.StreamResponse(
        headers={"Content-Type": "application/json", "Cache-Control": "no-cache, private"}
    )
    response.enable_chunked_encoding()
    lines = _Lines(kind, answer, query.get("includeObject", "Metadata"))
    await response.prepare(request)
    try:
        async with asyncio.timeout(limit_s), aclosing(changes) as stream:  # type: ignore[type-var]  # an async generator
            async for change in stream:
                await response.write(lines.of(change))
    except TimeoutError:
        pass
    except ApiError as error:
        await response.write(dump({"type": "ERROR", "object": error.to_status()}) + b"\n")
    await response.write_eof()
    return response


class _Lines:
    """Changes as lines; what many watchers ask for alike is made once."""

    def __init__(self, kind: Kind, answer: Answer, include: str) -> None:
        self._kind = kind
        self._as = answer.as_
        self._include = include
        self._first = True

    def of(self, change: Change) -> bytes:
        """One line."""
        if self._as == "Table":
            first, self._first = self._first, False
            obj: Object = change.object
            if change.type != "BOOKMARK":
                version = {"resourceVersion": obj["metadata"]["resourceVersion"]}
                obj = to_table(self._kind, [obj], version, self._include, header=first)
            return dump({"type": change.type, "object": obj}) + b"\n"
        form = "partial" if self._as else self._kind.resource.api_version
        line = change.wire.get(form)
        if line is None:
            obj = change.object
            if self._as:
                obj = partial(obj)
            elif self._kind.serve and change.type != "BOOKMARK":
                obj = self._kind.serve(obj)
            line = dump({"type": change.type, "object": obj}) + b"\n"
            change.wire[form] = line
        return line
