"""The loop that every controller is: watch, note what may have changed, set it right."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pytest_kanister.errors import ApiError, Conflict, Gone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_kanister._model.api import Api, Object, WatchEvent
    from pytest_kanister._model.resources import Resource

__all__ = ["Controller", "Key", "key_of"]

Key = tuple[str, str]
"""Namespace (empty when there is none) and name."""

_FIRST_RETRY_S = 0.1
_LONGEST_RETRY_S = 5.0


def key_of(obj: Object) -> Key:
    """The object's own key."""
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


class Controller:
    """A level-triggered controller: `reconcile` gets keys, looks at the present and acts.

    A key that several changes name is reconciled once; one that the API refused is tried again
    later, at once after a conflict.  Nothing runs while nothing changes.
    """

    watched: Sequence[Resource] = ()

    def __init__(self, api: Api) -> None:
        self.api = api
        self._dirty: dict[Key, None] = {}
        self._wake = asyncio.Event()
        self._delays: dict[Key, float] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    def keys(self, resource: Resource, event: WatchEvent) -> Iterable[Key]:
        """Which keys a change of a watched resource concerns; by default its own."""
        return (key_of(event.object),)

    async def reconcile(self, key: Key) -> float | None:
        """Sets one key right; a number of seconds asks to be called again then."""
        raise NotImplementedError

    def enqueue(self, key: Key) -> None:
        """Notes a key."""
        self._dirty[key] = None
        self._wake.set()

    async def run(self) -> None:
        """Works until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for resource in self.watched:
                    group.create_task(self.follow(resource))
                group.create_task(self._work())
        finally:
            for timer in self._timers:
                timer.cancel()

    async def follow(self, resource: Resource) -> None:
        """Feeds the changes of one resource into the queue, for ever."""
        while True:
            try:
                async for event in self.api.watch(resource):
                    for key in self.keys(resource, event):
                        self.enqueue(key)
            except Gone:  # too slow: look at everything again
                continue

    async def _work(self) -> None:
        while True:
            while not self._dirty:
                self._wake.clear()
                await self._wake.wait()
            key = next(iter(self._dirty))
            del self._dirty[key]
            try:
                again_s = await self.reconcile(key)
            except Conflict:
                again_s = 0.0
            except ApiError:
                again_s = min(self._delays.get(key, _FIRST_RETRY_S / 2) * 2, _LONGEST_RETRY_S)
                self._delays[key] = again_s
            else:
                self._delays.pop(key, None)
            if again_s is not None:
                self._later(key, again_s)
            # Others share the event loop: a long queue must not starve them.
            await asyncio.sleep(0)

    def _later(self, key: Key, delay_s: float) -> None:
        def fire() -> None:
            self._timers.discard(timer)
            self.enqueue(key)

        timer = asyncio.get_running_loop().call_later(delay_s, fire)
        self._timers.add(timer)
