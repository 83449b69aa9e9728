"""Events about pods, written in the background so that no pod waits for them."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_kanister._model.resources import EVENTS
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object

__all__ = ["Recorder", "now"]


def now() -> str:
    """This moment as Kubernetes writes it in a status: whole seconds, UTC."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Recorder:
    """Takes events from anywhere in the loop; `run` writes them in order."""

    def __init__(self, api: Api, node: str) -> None:
        self._api = api
        self._node = node
        self._queue: asyncio.Queue[tuple[Object, str, str, str, str]] = asyncio.Queue()
        self._seen: dict[tuple[str, str, str], tuple[str, int]] = {}

    def normal(self, pod: Object, reason: str, message: str, container: str = "") -> None:
        """An event of type Normal; `container` is a fieldPath like `spec.containers{db}`."""
        self._queue.put_nowait((pod, "Normal", reason, message, container))

    def warning(self, pod: Object, reason: str, message: str, container: str = "") -> None:
        """An event of type Warning."""
        self._queue.put_nowait((pod, "Warning", reason, message, container))

    async def run(self) -> None:
        """Writes events until cancelled."""
        while True:
            pod, kind, reason, message, container = await self._queue.get()
            # A namespace that is being deleted takes no events, and nobody misses them.
            with contextlib.suppress(ApiError):
                await self._write(pod, kind, reason, message, container)

    async def _write(
        self, pod: Object, kind: str, reason: str, message: str, container: str
    ) -> None:
        metadata = pod["metadata"]
        key = (metadata["uid"], reason, message)
        if key in self._seen:
            name, count = self._seen[key]
            self._seen[key] = (name, count + 1)
            change = {"count": count + 1, "lastTimestamp": now()}
            await self._api.patch(EVENTS, name, change, metadata["namespace"])
            return
        name = f"{metadata['name']}.{uuid.uuid4().hex[:16]}"
        involved = {
            "kind": "Pod",
            "apiVersion": "v1",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
            "resourceVersion": metadata.get("resourceVersion", ""),
        }
        if container:
            involved["fieldPath"] = container
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": metadata["namespace"]},
            "involvedObject": involved,
            "type": kind,
            "reason": reason,
            "message": message[:1024],
            "source": {"component": "kubelet", "host": self._node},
            "firstTimestamp": now(),
            "lastTimestamp": now(),
            "count": 1,
            "reportingComponent": "kubelet",
            "reportingInstance": self._node,
        }
        await self._api.create(EVENTS, event, metadata["namespace"])
        self._seen[key] = (name, 1)
