"""Events on ActionSets and Blueprints, written in order beside the work."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.status import now
from pytest_kanister._model.resources import EVENTS
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.logging import Log
    from pytest_kanister._model.api import Api, Object

__all__ = ["Recorder"]

_COMPONENT = "Kanister Controller"


class Recorder:
    """Queues events; `run` writes them.  An event that cannot be written is logged only."""

    def __init__(self, api: Api, log: Log) -> None:
        self._api = api
        self._log = log
        self._queue: asyncio.Queue[tuple[Object, str, str, str]] = asyncio.Queue()
        self._seen: dict[tuple[str, str, str, str], str] = {}

    def normal(self, obj: Object, reason: str, message: str) -> None:
        """Something went as it should."""
        self._queue.put_nowait((obj, "Normal", reason, message))

    def warning(self, obj: Object, reason: str, message: str) -> None:
        """Something failed."""
        self._queue.put_nowait((obj, "Warning", reason, message))

    async def run(self) -> None:
        """Writes events as they come, until cancelled."""
        while True:
            await self._write(*await self._queue.get())

    async def _write(self, obj: Object, kind: str, reason: str, message: str) -> None:
        metadata = obj["metadata"]
        key = (metadata.get("uid") or metadata["name"], kind, reason, message)
        try:
            if key in self._seen and await self._count(self._seen[key], metadata["namespace"]):
                return
            event = await self._api.create(
                EVENTS, _event(obj, kind, reason, message), metadata["namespace"]
            )
            self._seen[key] = event["metadata"]["name"]
        except ApiError as error:
            self._log.error("Failed to write event", error, reason=reason)

    async def _count(self, name: str, namespace: str) -> bool:
        """The same event again raises its count; False when it is gone meanwhile."""
        try:
            event = await self._api.get(EVENTS, name, namespace)
            event["count"] = event.get("count", 1) + 1
            event["lastTimestamp"] = now()
            await self._api.update(EVENTS, event)
        except ApiError as error:
            if error.status in (404, 409):
                return False
            raise
        return True


def _event(obj: Object, kind: str, reason: str, message: str) -> Object:
    metadata = obj["metadata"]
    stamp = now()
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": f"{metadata['name']}.{time.time_ns():x}",
            "namespace": metadata["namespace"],
        },
        "involvedObject": {
            "apiVersion": obj.get("apiVersion", ""),
            "kind": obj.get("kind", ""),
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "resourceVersion": metadata.get("resourceVersion", ""),
            "uid": metadata.get("uid", ""),
        },
        "type": kind,
        "reason": reason,
        "message": message,
        "source": {"component": _COMPONENT},
        "reportingComponent": _COMPONENT,
        "reportingInstance": "",
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "count": 1,
    }
