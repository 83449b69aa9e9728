"""A local copy of all objects of one resource, kept up to date by a watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._model.api import Object, WatchEvent
from pytest_kanister.errors import Gone

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._model.api import Api
    from pytest_kanister._model.resources import Resource

__all__ = ["Mirror"]


class Mirror:
    """Objects by (namespace, name); call `run` in a task.

    Args:
        api: what to watch.
        resource: which objects, of all namespaces.
        changed: called after the copy has changed, with ADDED, MODIFIED or DELETED.
    """

    def __init__(self, api: Api, resource: Resource, changed: Callable[[WatchEvent], None]) -> None:
        self._api = api
        self._resource = resource
        self._changed = changed
        self.objects: dict[tuple[str, str], Object] = {}

    def in_namespace(self, namespace: str) -> list[Object]:
        """The objects of one namespace, by name."""
        return [self.objects[key] for key in sorted(self.objects) if key[0] == namespace]

    async def run(self) -> None:
        """Lists, then follows, for ever; lists again when the watch's version is gone."""
        while True:
            listed = await self._api.list(self._resource)
            found = {_key(obj): obj for obj in listed["items"]}
            for key in [key for key in self.objects if key not in found]:
                self._take(WatchEvent("DELETED", self.objects[key]))
            for key, obj in found.items():
                self._take(WatchEvent("MODIFIED" if key in self.objects else "ADDED", obj))
            version = str(listed["metadata"]["resourceVersion"])
            try:
                async for event in self._api.watch(self._resource, resource_version=version):
                    self._take(event)
            except Gone:
                continue

    def _take(self, event: WatchEvent) -> None:
        if event.type == "DELETED":
            self.objects.pop(_key(event.object), None)
        elif event.type in ("ADDED", "MODIFIED"):
            self.objects[_key(event.object)] = event.object
        else:
            return
        self._changed(event)


def _key(obj: Object) -> tuple[str, str]:
    metadata = obj["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
