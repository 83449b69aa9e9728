"""The stream of a watch: existing objects first if asked, then every change that matches."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pytest_kanister._cluster.api.verbs import predicate
from pytest_kanister._cluster.registry.problems import bad_request
from pytest_kanister._cluster.registry.store import Change

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._cluster.registry.store import Store
    from pytest_kanister._model.api import Object

__all__ = ["watch_changes"]


async def watch_changes(
    store: Store,
    kind: Kind,
    namespace: str | None,
    *,
    resource_version: str = "",
    label_selector: str = "",
    field_selector: str = "",
    initial_events: bool = False,
    bookmark_s: float | None = None,
) -> AsyncIterator[Change]:
    """Changes as this watcher's selectors see them, for ever.

    `initial_events` (Kubernetes' sendInitialEvents) or a version of "" or "0" send what exists
    first; the former ends that part with a BOOKMARK.  `bookmark_s` sends one after so many
    quiet seconds.  Changes hold stored objects, which must not be changed.

    Raises:
        BadRequest: selectors or version cannot be parsed.
        Gone: the version is no longer kept.
    """
    matches = predicate(kind, label_selector, field_selector)
    from_state = initial_events or resource_version in ("", "0")
    try:
        since = store.version if from_state else int(resource_version)
    except ValueError:
        raise bad_request(f'invalid resource version "{resource_version}"') from None
    watcher = store.watch(kind, namespace, since)
    try:
        if from_state:
            for obj in list(store.objects(kind, namespace)):
                if matches is None or matches(obj):
                    yield Change("ADDED", obj, None, since)
            if initial_events:
                yield _bookmark(kind, since, {"k8s.io/initial-events-end": "true"})
        while True:
            if bookmark_s is not None and watcher.idle:
                try:
                    # Not wait_for: up to Python 3.11 it may swallow a cancellation.
                    async with asyncio.timeout(bookmark_s):
                        change = await watcher.next()
                except TimeoutError:
                    yield _bookmark(kind, store.version, {})
                    continue
            else:
                change = await watcher.next()
            seen = _seen(change, matches)
            if seen is not None:
                yield seen
    finally:
        watcher.close()


def _bookmark(kind: Kind, version: int, annotations: dict[str, str]) -> Change:
    metadata: Object = {"resourceVersion": str(version), "creationTimestamp": None}
    if annotations:
        metadata["annotations"] = annotations
    return Change(
        "BOOKMARK",
        {
            "kind": kind.resource.kind,
            "apiVersion": kind.resource.api_version,
            "metadata": metadata,
        },
        None,
        version,
    )


def _seen(change: Change, matches: Callable[[Object], bool] | None) -> Change | None:
    """The change as a selector sees it: an object that stops matching is DELETED for it."""
    if matches is None:
        return change
    before = change.previous is not None and matches(change.previous)
    after = change.type != "DELETED" and matches(change.object)
    if after:
        kind = "MODIFIED" if before else "ADDED"
        if kind == change.type:
            return change
        return Change(kind, change.object, change.previous, change.version)
    if not before:
        return None
    if change.type == "DELETED":
        return change
    last = change.previous or change.object
    version = {"resourceVersion": str(change.version)}
    gone = {**last, "metadata": {**last["metadata"], **version}}
    return Change("DELETED", gone, last, change.version)
