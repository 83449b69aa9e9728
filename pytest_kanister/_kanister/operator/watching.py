"""All objects of one kind in one namespace, as a stream of changes (client-go's informer)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pytest_kanister._model.api import Api, Object
    from pytest_kanister._model.resources import Resource

__all__ = ["changes"]

_PAUSE_S = 1.0


async def changes(
    api: Api, resource: Resource, namespace: str, on_error: Callable[[ApiError], None]
) -> AsyncIterator[tuple[str, Object]]:
    """Yields `ADDED`, `MODIFIED`, `DELETED` with the object, for ever.

    Every object that exists is ADDED first.  When the watch's version is no longer kept or the
    API refuses for a while, everything is listed again and only differences are told.
    """
    known: dict[str, Object] = {}
    while True:
        try:
            listing = await api.list(resource, namespace)
        except ApiError as error:
            on_error(error)
            await asyncio.sleep(_PAUSE_S)
            continue
        for change in _differences(known, listing["items"]):
            yield change
        known = {item["metadata"]["name"]: item for item in listing["items"]}
        version = listing["metadata"]["resourceVersion"]
        try:
            async for event in api.watch(resource, namespace, resource_version=version):
                if event.type == "BOOKMARK":
                    continue
                name = event.object["metadata"]["name"]
                if event.type == "DELETED":
                    known.pop(name, None)
                else:
                    known[name] = event.object
                yield event.type, event.object
        except ApiError as error:
            if error.status != 410:
                on_error(error)
                await asyncio.sleep(_PAUSE_S)


def _differences(known: dict[str, Object], items: list[Object]) -> list[tuple[str, Object]]:
    found: list[tuple[str, Object]] = []
    names = {item["metadata"]["name"] for item in items}
    found += [("DELETED", old) for name, old in known.items() if name not in names]
    for item in items:
        old = known.get(item["metadata"]["name"])
        if old is None:
            found.append(("ADDED", item))
        elif old["metadata"].get("uid") != item["metadata"].get("uid"):
            found += [("DELETED", old), ("ADDED", item)]
        elif old["metadata"].get("resourceVersion") != item["metadata"].get("resourceVersion"):
            found.append(("MODIFIED", item))
    return found
