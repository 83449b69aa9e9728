"""Objects, versions and watchers: what etcd and the watch cache are to a real cluster.

For one event loop: no locks, and no method awaits except `Watcher.next`.  Objects handed out
are shared and must not be changed; whoever hands in an object gives it away.
"""

from __future__ import annotations

import asyncio
import uuid
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_kanister._cluster.registry.kinds import Kinds
from pytest_kanister._cluster.registry.objects import key_of, meta, now
from pytest_kanister._cluster.registry.problems import gone
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._model.api import Object

__all__ = ["Change", "Store", "Watcher"]

_KEPT_CHANGES = 4096
"""Changes kept per kind for watchers that resume."""
_SLOWEST_WATCHER = 20_000
"""Changes that may wait for one watcher before it is told to list again."""


@dataclass(slots=True)
class Change:
    """One change of one object.

    Attributes:
        type: ADDED, MODIFIED or DELETED.
        object: the object after the change; for DELETED its last state with the new version.
        previous: the object before; None for ADDED.
        version: the store's counter at this change.
        wire: a cache for whoever turns changes into bytes.
    """

    type: str
    object: Object
    previous: Object | None
    version: int
    wire: dict[str, bytes] = field(default_factory=dict)


class Watcher:
    """A place in the stream of changes of one kind; close it when done."""

    def __init__(self, owner: set[Watcher], namespace: str | None) -> None:
        self._owner = owner
        self._namespace = namespace
        self._pending: deque[Change] = deque()
        self._wake = asyncio.Event()
        self._lost = False
        owner.add(self)

    def push(self, change: Change) -> None:
        """Called by the store."""
        if self._namespace is not None and key_of(change.object)[0] != self._namespace:
            return
        if len(self._pending) >= _SLOWEST_WATCHER:
            self._lost = True
        else:
            self._pending.append(change)
        self._wake.set()

    async def next(self) -> Change:
        """The next change, waiting for it.

        Raises:
            Gone: this watcher was too slow and changes were dropped.
        """
        while not self._pending:
            if self._lost:
                raise gone(0, 0)
            self._wake.clear()
            await self._wake.wait()
        return self._pending.popleft()

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._pending

    def close(self) -> None:
        """No more changes."""
        self._owner.discard(self)


class _Shelf:
    """The objects of one kind, sorted by namespace and name, with their recent changes."""

    def __init__(self, version: int) -> None:
        self.objects: dict[tuple[str, str], Object] = {}
        self.order: list[tuple[str, str]] = []
        self.changes: deque[Change] = deque(maxlen=_KEPT_CHANGES)
        self.dropped = version
        self.watchers: set[Watcher] = set()

    def record(self, change: Change) -> None:
        if len(self.changes) == _KEPT_CHANGES:
            self.dropped = self.changes[0].version
        self.changes.append(change)
        for watcher in tuple(self.watchers):
            watcher.push(change)


class Store:
    """The embedded cluster's whole state.

    Attributes:
        kinds: what is served.
        version: the counter behind every resourceVersion; grows with each change.
    """

    def __init__(self) -> None:
        # The kinds' strategies need the store's vocabulary, so they are loaded last.
        from pytest_kanister._cluster.registry.builtin import builtin_kinds, first_objects

        self.kinds = Kinds(builtin_kinds())
        self.version = 1
        self._shelves: dict[str, _Shelf] = {}
        for kind, obj in first_objects(self.kinds):
            meta(obj).setdefault("uid", str(uuid.uuid4()))
            meta(obj).setdefault("creationTimestamp", now())
            self.put(kind, obj)

    def _shelf(self, kind: Kind) -> _Shelf:
        shelf = self._shelves.get(kind.storage_key)
        if shelf is None:
            shelf = self._shelves[kind.storage_key] = _Shelf(0)
        return shelf

    def get(self, kind: Kind, namespace: str, name: str) -> Object | None:
        """The stored object (not to be changed), or None.  Cluster-scoped: namespace empty."""
        return self._shelf(kind).objects.get((namespace, name))

    def objects(
        self, kind: Kind, namespace: str | None = None, after: tuple[str, str] = ("", "")
    ) -> Iterator[Object]:
        """The stored objects in (namespace, name) order, those after the key `after` only."""
        shelf = self._shelf(kind)
        start = max(after, (namespace or "", ""))
        for key in shelf.order[bisect_left(shelf.order, start) :]:
            if namespace is not None and key[0] != namespace:
                break
            if key > after:
                yield shelf.objects[key]

    def put(self, kind: Kind, obj: Object) -> Object:
        """Stores a new object or a new state of one; sets its resourceVersion."""
        shelf = self._shelf(kind)
        key = key_of(obj)
        previous = shelf.objects.get(key)
        if previous is None:
            insort(shelf.order, key)
        self.version += 1
        meta(obj)["resourceVersion"] = str(self.version)
        shelf.objects[key] = obj
        shelf.record(
            Change("ADDED" if previous is None else "MODIFIED", obj, previous, self.version)
        )
        return obj

    def remove(self, kind: Kind, obj: Object) -> Object:
        """Takes an object out; the answer is its last state with the version of its end."""
        shelf = self._shelf(kind)
        key = key_of(obj)
        previous = shelf.objects.pop(key)
        del shelf.order[bisect_left(shelf.order, key)]
        self.version += 1
        last = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.version)}}
        shelf.record(Change("DELETED", last, previous, self.version))
        return last

    def watch(self, kind: Kind, namespace: str | None, since: int) -> Watcher:
        """A watcher for all changes after the version `since`.

        Raises:
            Gone: changes after `since` are no longer kept.
            ApiError: 504, `since` lies in the future.
        """
        shelf = self._shelf(kind)
        if since > self.version:
            raise ApiError.of(
                504,
                "Timeout",
                f"Too large resource version: {since}, current: {self.version}",
                {"causes": [{"reason": "ResourceVersionTooLarge"}], "retryAfterSeconds": 1},
            )
        if since < shelf.dropped:
            raise gone(since, shelf.dropped)
        watcher = Watcher(shelf.watchers, namespace)
        for change in shelf.changes:
            if change.version > since:
                watcher.push(change)
        return watcher
