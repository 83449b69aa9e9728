"""The embedded API server in a thread: real store, real HTTPS, no kubelet and no controllers."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pytest_kanister._cluster.api import ApiServer, LocalApi
from pytest_kanister._cluster.contracts import PodHost
from pytest_kanister._cluster.registry import Store
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.capabilities import Capabilities
from pytest_kanister._model.crds import kanister_crds
from pytest_kanister._model.resources import CRDS

T = TypeVar("T")

CAPABILITIES = Capabilities(
    backend="embedded",
    reach="direct",
    endpoint_is_address=True,
    shared=False,
    kanister="none",
    isolation="none",
)


class Server:
    """A running API server.

    Attributes:
        kubeconfig: how to talk to it.
        api: the same state from inside; use it through `run`.
        pods: who answers for logs and exec; set by tests that need one.
    """

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._folder = folder
        self.pods: PodHost | None = None
        self.run(self._start())

    async def _start(self) -> None:
        def host() -> PodHost:
            assert self.pods is not None
            return self.pods

        self.api = LocalApi(Store(), host)
        self.server = ApiServer(self.api, folder=self._folder, host="127.0.0.1")
        await self.server.start()
        for crd in kanister_crds():
            await self.api.create(CRDS, crd)
        self.kubeconfig = Path(self.server.kubeconfig)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs something in the server's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _stop(self) -> None:
        await self.server.stop()
        for _ in range(20):  # transports close in the loop's next turns
            await asyncio.sleep(0)

    def client(self) -> KubeClient:
        return KubeClient(self.kubeconfig, CAPABILITIES)

    def stop(self) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def running_server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="kapi-") as name:
        server = Server(Path(name))
        try:
            yield server
        finally:
            server.stop()
