"""Watching: what changes, as it changes, over reconnects and expired versions."""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_kanister._model.api import Object, WatchEvent
from pytest_kanister.errors import ApiError, Gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_kanister._base.polling import Deadline
    from pytest_kanister._kube.connection import Connection
    from pytest_kanister._model.resources import Resource

__all__ = ["wait_gone", "watch_events", "watch_one"]

T = TypeVar("T")

_LONGEST_S = 240.0
"""One watch request; API servers end them after five minutes at the earliest."""

_PAUSE_S = 0.05


def watch_one(
    connection: Connection,
    resource: Resource,
    name: str,
    namespace: str | None,
    look: Callable[[Object | None], T | None],
    deadline: Deadline,
) -> T | None:
    """Shows `look` one object, first as it is, then at each change, until it answers.

    The object is listed, not fetched: only a list's resourceVersion may be watched from.
    Returns None when the deadline passes.
    """
    path = resource.path(namespace)
    chosen = {"fieldSelector": f"metadata.name={name}"}
    while True:
        listed = connection.request("GET", path, query=chosen)
        items = listed.get("items") or []
        answer = look(_whole(items[0], listed) if items else None)
        if answer is not None or deadline.passed:
            return answer
        version = listed["metadata"].get("resourceVersion", "")
        try:
            for event in watch_events(connection, path, chosen, version, deadline):
                answer = look(None if event.type == "DELETED" else event.object)
                if answer is not None:
                    return answer
        except Gone:
            continue  # the version has expired: list again
        if not deadline.left_s:
            return None


def watch_events(
    connection: Connection,
    path: str,
    query: Mapping[str, str],
    version: str,
    deadline: Deadline,
) -> Iterator[WatchEvent]:
    """Changes after `version` until the deadline, over as many requests as it takes.

    Raises:
        Gone: the version is no longer kept.
        ApiError: the API refused.
    """
    while not deadline.passed:
        span_s = min(deadline.left_s, _LONGEST_S)
        stream = connection.stream(
            path,
            {
                **query,
                "watch": "true",
                "resourceVersion": version,
                "allowWatchBookmarks": "true",
                "timeoutSeconds": str(math.ceil(span_s)),
            },
            span_s,
        )
        try:
            for line in stream:
                event = json.loads(line)
                obj = event["object"]
                if event["type"] == "ERROR":
                    raise _refusal(obj)
                version = obj["metadata"].get("resourceVersion", version)
                if event["type"] != "BOOKMARK":
                    yield WatchEvent(event["type"], obj)
                if not deadline.left_s:
                    return
        finally:
            stream.close()
        # A server that ends every watch at once is not asked in a tight loop.
        time.sleep(min(_PAUSE_S, deadline.left_s))


def wait_gone(
    connection: Connection,
    resource: Resource,
    name: str,
    namespace: str | None,
    uid: str,
    deadline: Deadline,
) -> bool:
    """Waits until no object of this uid is visible any more; False on time-out."""

    def gone(obj: Object | None) -> bool | None:
        if obj is None or (uid and obj["metadata"].get("uid") != uid):
            return True
        return None

    return bool(watch_one(connection, resource, name, namespace, gone, deadline))


def _whole(item: Object, listed: Object) -> Object:
    """A list's item with the kind and version that the list alone carries."""
    kind = str(listed.get("kind", "")).removesuffix("List")
    return {"apiVersion": listed.get("apiVersion"), "kind": kind, **item}


def _refusal(status: Mapping[str, Any]) -> ApiError:
    return ApiError.of(
        int(status.get("code") or 500),
        status.get("reason") or "",
        status.get("message") or "",
        status.get("details"),
    )
