"""Service names for pods: hosts files that follow Services and Endpoints.

A pod's hosts file is bind-mounted, so it is rewritten in place: its inode stays.  It begins with
the pod's own lines and goes on with its namespace's names.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from pytest_kanister._cluster.network.mirror import Mirror
from pytest_kanister._cluster.network.proxy import Proxy
from pytest_kanister._model.resources import ENDPOINTS, SERVICES
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_kanister._cluster.network.subnet import Addresses
    from pytest_kanister._model.api import Api, Object

__all__ = ["HostsFiles", "run_names"]

_MARK = "0.0.0.0\tnames-of-the-cluster.invalid\n"
"""Ends the pod's own lines.  An entry like any other, as nss_wrapper chokes on comments."""

_DOMAIN = "svc.cluster.local"

Lines = list[tuple[str, str, str]]
"""(name inside its namespace, namespace, ip): `mysql-store`, `shop`, `127.77.1.2`."""


class HostsFiles:
    """The hosts files under `<folder>/hosts`: `<namespace>/<pod's uid>`.

    `run_names` writes the names, the kubelet adds and removes a file per pod; both work in the
    cluster's one thread, so a file is never half old.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "hosts"

    def add(self, namespace: str, uid: str, *, ip: str, hostname: str, own: bool = False) -> Path:
        """Makes a pod's file.  `localhost` is the pod itself, as in a real pod.

        Args:
            namespace: the pod's.
            uid: the pod's.
            ip: its address.
            hostname: leads to it.
            own: whether the pod has a loopback of its own; else its address stands for it.
        """
        folder = self._folder / namespace
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / uid
        local = "127.0.0.1" if own else ip
        lines = f"{local}\tlocalhost\n{ip}\t{hostname}\n"
        shared = folder / "names"
        names = shared.read_text(encoding="utf-8") if shared.exists() else ""
        file.write_text(lines + _MARK + names, encoding="utf-8")
        return file

    def remove(self, namespace: str, uid: str) -> None:
        """Removes a pod's file."""
        (self._folder / namespace / uid).unlink(missing_ok=True)

    def write(self, lines: Lines, namespaces: Iterable[str]) -> None:
        """Rewrites the names in every file of the namespaces given and of those that have one."""
        present = {path.name for path in self._folder.glob("*")}
        for namespace in sorted(present | set(namespaces)):
            folder = self._folder / namespace
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            names = "".join(_line(entry, namespace) for entry in lines)
            for file in [folder / "names", *folder.iterdir()]:
                old = file.read_text(encoding="utf-8") if file.exists() else ""
                own = old.partition(_MARK)[0] + _MARK if file.name != "names" else ""
                if own + names != old:
                    _rewrite(file, (own + names).encode())


def _rewrite(file: Path, data: bytes) -> None:
    """Puts `data` in the place of the content; at no moment is the file empty."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.pwrite(handle, data, 0)
        os.ftruncate(handle, len(data))
    finally:
        os.close(handle)


def _line(entry: tuple[str, str, str], reader: str) -> str:
    name, namespace, ip = entry
    names = [f"{name}.{namespace}.{_DOMAIN}", f"{name}.{namespace}.svc", f"{name}.{namespace}"]
    if namespace == reader:
        names.append(name)
    return f"{ip}\t{' '.join(names)}\n"


async def run_names(api: Api, subnet: Addresses, folder: Path) -> None:
    """Keeps the hosts files under `folder` (the kubelet's own) up to date until cancelled.

    A name leads to the ready pod itself; only where a Service's ports differ from its pods', or
    a Service that is not headless has several pods, it leads to a proxy.
    """
    changed = asyncio.Event()
    services = Mirror(api, SERVICES, lambda _: changed.set())
    endpoints = Mirror(api, ENDPOINTS, lambda _: changed.set())
    proxies = _Proxies(subnet)
    files = HostsFiles(folder)

    async def write() -> None:
        while True:
            await changed.wait()
            changed.clear()
            lines: Lines = []
            wanted: dict[tuple[str, str], dict[int, list[tuple[str, int]]]] = {}
            for key, service in services.objects.items():
                ready = endpoints.objects.get(key)
                if ready is None:
                    continue
                direct, proxied = _resolve(service, ready)
                lines += direct
                if proxied:
                    wanted[key] = proxied
            addresses = await proxies.follow(wanted)
            lines += [(name, space, ip) for (space, name), ip in addresses.items()]
            files.write(sorted(lines), {namespace for namespace, _ in services.objects})

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(services.run())
            group.create_task(endpoints.run())
            group.create_task(write())
    finally:
        await proxies.follow({})


def _resolve(service: Object, endpoints: Object) -> tuple[Lines, dict[int, list[tuple[str, int]]]]:
    """Names that lead to pods directly, or the ports and targets that a proxy must serve."""
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    subsets = endpoints.get("subsets") or []
    addresses = [address for subset in subsets for address in subset.get("addresses") or []]
    ips = list(dict.fromkeys(address["ip"] for address in addresses))
    if service["spec"].get("clusterIP") == "None":
        lines = [(name, namespace, ip) for ip in ips]
        for address in addresses:
            host = address.get("hostname") or (address.get("targetRef") or {}).get("name")
            if host:
                lines.append((f"{host}.{name}", namespace, address["ip"]))
        return lines, {}
    ports: dict[int, list[tuple[str, int]]] = {}
    for port in service["spec"].get("ports") or []:
        ports[port["port"]] = [
            (address["ip"], target["port"])
            for subset in subsets
            for target in subset.get("ports") or []
            if target.get("name", "") == port.get("name", "")
            for address in subset.get("addresses") or []
        ]
    same = all(target == port for port, targets in ports.items() for _, target in targets)
    if len(ips) == 1 and same:
        return [(name, namespace, ips[0])], {}
    return [], ports if ips else {}


class _Proxies:
    """One address per Service that needs a proxy, one proxy per port of it."""

    def __init__(self, subnet: Addresses) -> None:
        self._subnet = subnet
        self._addresses: dict[tuple[str, str], str] = {}
        self._running: dict[tuple[str, str, int], Proxy] = {}

    async def follow(
        self, wanted: dict[tuple[str, str], dict[int, list[tuple[str, int]]]]
    ) -> dict[tuple[str, str], str]:
        """Starts, changes and stops proxies; the address of each Service that has one."""
        for place in list(self._running):
            if place[2] not in wanted.get(place[:2], {}):
                await self._running.pop(place).close()
        for key in [key for key in self._addresses if key not in wanted]:
            self._subnet.release(self._addresses.pop(key))
        for key, ports in wanted.items():
            try:
                address = self._addresses.get(key) or self._subnet.allocate()
            except EnvironmentProblem:
                continue  # none is left, as pods say that wait for one: the name is unknown
            self._addresses[key] = address
            for port, targets in ports.items():
                running = self._running.get((*key, port))
                if running is not None:
                    running.targets = targets
                    continue
                proxy = Proxy((address, port), targets)
                try:
                    await proxy.start()
                except OSError:
                    # A port below 1024 and no right to it, or one that is taken where Services
                    # share an address: clients see a refusal.
                    continue
                self._running[(*key, port)] = proxy
        return dict(self._addresses)
