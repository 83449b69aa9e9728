"""`Cluster`: store, API server, controllers, names, kubelet and Kanister put together."""

from __future__ import annotations

import asyncio
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_kanister._backends.embedded.admission import Webhook
from pytest_kanister._backends.embedded.kanister import (
    IMAGE,
    RELEASE,
    install_kanister,
)
from pytest_kanister._backends.embedded.pods import in_containers, in_processes
from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.controllers import run_controllers
from pytest_kanister._cluster.kubelet import Kubelet
from pytest_kanister._cluster.network import Subnet, run_names
from pytest_kanister._cluster.registry import Store
from pytest_kanister._model.capabilities import Capabilities
from pytest_kanister._model.resources import ACTIONSETS
from pytest_kanister.errors import HarnessBug

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pytest_kanister._cluster.api import ApiServer
    from pytest_kanister._cluster.contracts import Catalogue, Program
    from pytest_kanister._model.api import Api

__all__ = ["Cluster"]

_AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


class Cluster:
    """One embedded cluster, from `start` to `stop`.

    Args:
        options: what `serve` was started with.
        folder: the cluster's own; it need not be emptied, whoever made it removes it.
        progress: gets one line for each thing a person might wait for.
    """

    kubeconfig: Path
    capabilities: Capabilities

    def __init__(
        self, options: Mapping[str, Any], folder: Path, progress: Callable[[str], None]
    ) -> None:
        self._options = options
        self._folder = folder
        self._progress = progress
        self._work: list[asyncio.Task[None]] = []
        self._server: ApiServer | None = None
        self._api: LocalApi | None = None

    async def start(self) -> None:
        """Returns when the API is served and pods are run, the operator's first among them.

        ActionSets that are made before it is ready are taken up as soon as it is.

        Raises:
            EnvironmentProblem: this machine cannot run pods.
        """
        loop = asyncio.get_running_loop()
        subnet = Subnet.claim()
        if self._options["runtime"] == "containers":
            preparing = loop.run_in_executor(None, in_containers, self._folder)
        else:
            preparing = loop.run_in_executor(
                None, in_processes, self._options, self._folder, subnet, self._progress
            )
        ApiServer = _load_api_server()  # the slowest import: beside the probe
        kubelet: Kubelet | None = None

        def host() -> Kubelet:
            if kubelet is None:
                raise HarnessBug("somebody asks for logs before there is a kubelet")
            return kubelet

        store = Store()
        api = self._api = LocalApi(store, host, Webhook(store))
        self._server = ApiServer(api, folder=self._folder, host=subnet.api_address)
        await self._server.start()
        self._begin(run_controllers(api, volumes=self._folder / "volumes"))
        await install_kanister(api)
        pods = await preparing
        self._begin(run_names(api, pods.proxies, self._folder))
        kubelet = Kubelet(
            api,
            folder=self._folder,
            subnet=pods.addresses,
            catalogue=_Told(pods.catalogue, self._progress),
            runtime=pods.runtime,
            builtins={IMAGE: _operator},
        )
        self._begin(kubelet.run())
        self.kubeconfig = self._server.kubeconfig
        self.capabilities = Capabilities(
            backend=pods.backend,
            reach="direct",
            endpoint_is_address=True,
            shared=False,
            kanister=f"embedded operator (emulates Kanister {RELEASE})",
            isolation=pods.runtime.name,
            losses=tuple(pods.runtime.losses),
            not_modelled=pods.not_modelled,
        )

    async def broken(self) -> None:
        """Returns never; raises what ended one of the cluster's parts."""
        done, _ = await asyncio.wait(self._work, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        raise HarnessBug("a part of the embedded cluster ended by itself")

    async def idle_s(self) -> float:
        """Seconds since the last request from outside; none while an ActionSet runs."""
        if self._api is None or self._server is None:
            return 0.0
        listed = await self._api.list(ACTIONSETS)
        if any((item.get("status") or {}).get("state") == "running" for item in listed["items"]):
            return 0.0
        return self._server.idle_s

    async def stop(self) -> None:
        """Ends pods, then the rest; what still runs afterwards is the caller's to kill."""
        # The kubelet was begun last and goes first, while the API still takes its reports.
        for task in reversed(self._work):
            task.cancel()
            # A cancellation of our own (the farewell takes too long) is not the task's.
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()
        if self._server is not None:
            await self._server.stop()

    def _begin(self, work: Any) -> None:
        self._work.append(asyncio.ensure_future(work))


class _Told:
    """A catalogue whose progress (a first fetch takes a while) is also told to the person."""

    def __init__(self, inner: Catalogue, tell: Callable[[str], None]) -> None:
        self._inner = inner
        self._tell = tell

    def knows(self, image: str) -> bool:
        return self._inner.knows(image)

    def resolve(self, image: str, progress: Callable[[str], None]) -> Program:
        def both(line: str) -> None:
            progress(line)
            self._tell(line)

        return self._inner.resolve(image, both)


def _load_api_server() -> type[ApiServer]:
    """Imports aiohttp, which loads the system's authorities for clients: we have none.

    Pointing OpenSSL elsewhere meanwhile saves a tenth of the whole start.
    """
    kept = {name: os.environ.get(name) for name in _AUTHORITIES}
    os.environ.update(dict.fromkeys(_AUTHORITIES, os.devnull))
    try:
        from pytest_kanister._cluster.api import ApiServer

        return ApiServer
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


async def _operator(api: Api, log: Callable[[str], None], env: Mapping[str, str]) -> int:
    # Loaded when its pod starts, in a thread: the API serves meanwhile.
    module = await asyncio.to_thread(import_module, "pytest_kanister._kanister.operator")
    status: int = await module.run_operator(api, log, env)
    return status
