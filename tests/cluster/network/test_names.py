"""Services and Endpoints → the hosts files of pods, on a real in-process API."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pytest_kanister._base.polling import Deadline
from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.contracts import PodHost
from pytest_kanister._cluster.network import HostsFiles, Subnet, run_names
from pytest_kanister._cluster.registry import Store
from pytest_kanister._model.resources import ENDPOINTS, SERVICES


def nobody() -> PodHost:
    raise AssertionError("no kubelet here")


def service(name: str, port: int, **spec: Any) -> dict[str, Any]:
    ports = [{"port": port, "targetPort": port}]
    return {"metadata": {"name": name}, "spec": {"selector": {"a": "b"}, "ports": ports, **spec}}


def endpoints(name: str, port: int, *ips: str) -> dict[str, Any]:
    addresses = [
        {"ip": ip, "hostname": f"{name}-{index}", "targetRef": {"kind": "Pod", "name": "x"}}
        for index, ip in enumerate(ips)
    ]
    return {
        "metadata": {"name": name},
        "subsets": [{"addresses": addresses, "ports": [{"port": port, "protocol": "TCP"}]}],
    }


def with_names(
    folder: Path, test: Callable[[LocalApi, HostsFiles, Subnet], Awaitable[None]]
) -> None:
    async def main() -> None:
        api, subnet = LocalApi(Store(), nobody), Subnet.claim()
        task = asyncio.create_task(run_names(api, subnet, folder))
        try:
            await test(api, HostsFiles(folder), subnet)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            subnet.close()

    asyncio.run(main())


async def until(file: Path, *parts: str) -> str:
    deadline = Deadline(5)
    while not all(part in (text := read(file)) for part in parts):
        assert not deadline.passed, f"{parts} are not in:\n{text}"
        await asyncio.sleep(0.005)
    return text


def read(file: Path) -> str:
    return file.read_text()


def test_a_service_leads_to_its_ready_pod_and_short_names_stay_at_home(tmp_path: Path) -> None:
    async def test(api: LocalApi, files: HostsFiles, subnet: Subnet) -> None:
        home = files.add("default", "uid1", ip="127.9.9.2", hostname="client")
        away = files.add("kanister", "uid2", ip="127.9.9.3", hostname="operator")
        inode = home.stat().st_ino
        await api.create(SERVICES, service("mysql-store", 3306), "default")
        await api.create(ENDPOINTS, endpoints("mysql-store", 3306, "127.9.9.9"), "default")
        text = await until(home, "mysql-store.default.svc.cluster.local")
        (line,) = [line for line in text.splitlines() if "cluster.local" in line]
        assert line.split() == [
            "127.9.9.9",
            "mysql-store.default.svc.cluster.local",
            "mysql-store.default.svc",
            "mysql-store.default",
            "mysql-store",
        ]
        assert text.startswith("127.9.9.2\tlocalhost\n127.9.9.2\tclient\n")
        assert not any(
            line.endswith(" mysql-store") for line in (await until(away, "svc")).splitlines()
        )
        await api.delete(ENDPOINTS, "mysql-store", "default")
        deadline = Deadline(5)
        while "mysql-store" in home.read_text():
            assert not deadline.passed
            await asyncio.sleep(0.005)
        assert home.stat().st_ino == inode
        late = files.add("default", "uid3", ip="127.9.9.4", hostname="late")
        assert "mysql-store" not in late.read_text()
        files.remove("default", "uid1")
        assert not home.exists()

    with_names(tmp_path, test)


def test_a_headless_service_names_every_pod(tmp_path: Path) -> None:
    async def test(api: LocalApi, files: HostsFiles, subnet: Subnet) -> None:
        home = files.add("default", "uid1", ip="127.9.9.2", hostname="client")
        await api.create(SERVICES, service("db", 5432, clusterIP="None"), "default")
        await api.create(ENDPOINTS, endpoints("db", 5432, "127.9.9.7", "127.9.9.8"), "default")
        text = await until(home, "127.9.9.8\tdb-1.db.default.svc.cluster.local")
        assert "127.9.9.7\tdb.default.svc.cluster.local" in text
        assert "127.9.9.8\tdb.default.svc.cluster.local" in text

    with_names(tmp_path, test)


def test_a_service_whose_ports_differ_is_reached_through_a_proxy(tmp_path: Path) -> None:
    async def test(api: LocalApi, files: HostsFiles, subnet: Subnet) -> None:
        home = files.add("default", "uid1", ip="127.9.9.2", hostname="client")
        pod = subnet.allocate()

        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.read())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(echo, pod, 18080)
        await api.create(SERVICES, service("web", 28080), "default")
        await api.create(ENDPOINTS, endpoints("web", 18080, pod), "default")
        text = await until(home, "web.default.svc.cluster.local")
        (address,) = [line.split()[0] for line in text.splitlines() if "cluster.local" in line]
        assert address.startswith(subnet.prefix)
        assert address != pod
        reader, writer = await asyncio.open_connection(address, 28080)
        data = os.urandom(1_000_000)
        writer.write(data)
        writer.write_eof()
        assert await reader.read(-1) == data
        writer.close()
        server.close()
        await api.delete(SERVICES, "web", "default")
        deadline = Deadline(5)
        while "web.default" in home.read_text():
            assert not deadline.passed
            await asyncio.sleep(0.005)
        with socket.socket() as probe:
            assert probe.connect_ex((address, 28080)) != 0

    with_names(tmp_path, test)


def test_a_service_for_whose_proxy_no_address_is_left_harms_no_other(tmp_path: Path) -> None:
    async def test(api: LocalApi, files: HostsFiles, subnet: Subnet) -> None:
        home = files.add("default", "uid1", ip="127.9.9.2", hostname="client")
        for _ in range(253):
            subnet.allocate()
        await api.create(SERVICES, service("web", 28080), "default")
        await api.create(ENDPOINTS, endpoints("web", 18080, "127.9.9.5"), "default")
        await api.create(SERVICES, service("db", 5432), "default")
        await api.create(ENDPOINTS, endpoints("db", 5432, "127.9.9.7"), "default")
        text = await until(home, "127.9.9.7\tdb.default.svc.cluster.local")
        assert "web.default" not in text

    with_names(tmp_path, test)
