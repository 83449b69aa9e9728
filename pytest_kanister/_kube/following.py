"""What pods write, kept beyond their end: followed from the moment they run."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.polling import Deadline
from pytest_kanister._kube.watching import watch_events
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import ApiError, KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_kanister._kube.client import KubeClient
    from pytest_kanister._kube.connection import Stream
    from pytest_kanister._model.api import Object

__all__ = ["PodLogs"]

_WATCH_S = 30.0
"""One watch: so long a stopped watcher may hang on, in a daemon thread."""

_FOLLOW_S = 3600.0
_LARGEST_BYTES = 1 << 20
"""Of one container; of more the end is kept, where errors stand."""


class PodLogs:
    """Follows every pod with some labels, in threads of its own, until `stop`.

    Args:
        kube: the cluster.
        label_selector: which pods, in every namespace.
    """

    def __init__(self, kube: KubeClient, label_selector: str) -> None:
        self._connection = kube._connection
        self._capabilities = kube.capabilities
        self._query = {"labelSelector": label_selector}
        self._lock = threading.Lock()
        self._texts: dict[str, bytearray] = {}
        self._metadata: dict[str, Mapping[str, Any]] = {}
        self._streams: list[Stream] = []
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._run(self._watch)

    def texts(self, chosen: Callable[[Mapping[str, Any]], bool]) -> dict[str, str]:
        """What each container wrote so far, by `namespace/pod/container`.

        Args:
            chosen: says of a pod's metadata whether the pod is meant.
        """
        with self._lock:
            return {
                name: text.decode(errors="replace")
                for name, text in self._texts.items()
                if chosen(self._metadata[name])
            }

    def stop(self) -> None:
        """Ends all threads; a second call does nothing."""
        self._stopped.set()
        with self._lock:
            streams, self._streams = self._streams, []
        for stream in streams:
            stream.stop()

    def _run(self, work: object, *arguments: str) -> None:
        thread = threading.Thread(
            target=work,  # type: ignore[arg-type] # a bound method of this class
            args=arguments,
            name="pytest-kanister pod logs",
            daemon=True,
        )
        self._threads.append(thread)
        thread.start()

    def _watch(self) -> None:
        """Evidence only: whatever goes wrong here is no reason to fail."""
        while not self._stopped.is_set():
            try:
                listed = self._connection.request("GET", PODS.path(), query=self._query)
                for pod in listed.get("items") or ():
                    self._seen(pod)
                version = listed["metadata"].get("resourceVersion", "")
                deadline = Deadline(_WATCH_S)
                for event in watch_events(
                    self._connection, PODS.path(), self._query, version, deadline
                ):
                    if self._stopped.is_set():
                        return
                    self._seen(event.object)
            except KanisterHarnessError as error:
                if (isinstance(error, ApiError) and error.status == 403) or self._stopped.wait(0.5):
                    return

    def _seen(self, pod: Object) -> None:
        metadata = pod["metadata"]
        if not self._is_ours(metadata["namespace"]):
            return
        for status in pod.get("status", {}).get("containerStatuses") or ():
            state = status.get("state") or {}
            if not ("running" in state or "terminated" in state):
                continue
            name = f"{metadata['namespace']}/{metadata['name']}/{status['name']}"
            with self._lock:
                if name in self._texts:
                    continue
                self._texts[name] = bytearray()
                self._metadata[name] = metadata
            self._run(self._follow, metadata["namespace"], metadata["name"], status["name"])

    def _is_ours(self, namespace: str) -> bool:
        """On a cluster that others use, what their pods write is none of our business."""
        able = self._capabilities
        if not able.shared:
            return True
        of_run = bool(able.run) and re.search(rf"-{able.run}(-\d+)?$", namespace) is not None
        return of_run or namespace in able.namespaces

    def _follow(self, namespace: str, pod: str, container: str) -> None:
        query = {"container": container, "follow": "true"}
        try:
            stream = self._connection.stream(PODS.path(namespace, pod, "log"), query, _FOLLOW_S)
        except KanisterHarnessError:
            return  # it ended and went between the two calls
        with self._lock:
            self._streams.append(stream)
        kept = self._texts[f"{namespace}/{pod}/{container}"]
        for line in stream:
            with self._lock:
                kept += line + b"\n"
                if len(kept) > _LARGEST_BYTES:
                    del kept[: len(kept) - _LARGEST_BYTES]
        stream.close()
