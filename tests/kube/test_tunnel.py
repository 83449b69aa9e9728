"""Connections carried by port-forward: whole, refused, and broken in the middle."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import ENDPOINTS, PODS, SERVICES
from pytest_kanister.errors import EnvironmentProblem, NotFound, Unverified
from tests.support.api import CAPABILITIES, Server, running_server
from tests.support.apiproxy import ApiProxy, proxied

MANY = bytes(range(256)) * 40_000  # 10 MB


class Answering:
    """A TCP server on loopback that does one thing with each connection."""

    def __init__(self) -> None:
        self.do: Callable[[socket.socket], None] = lambda client: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        with client:
            try:
                self.do(client)
            except OSError:
                return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture(scope="module")
def pod() -> Iterator[Answering]:
    answering = Answering()
    yield answering
    answering.close()


@pytest.fixture(scope="module")
def proxy(server: Server, pod: Answering) -> Iterator[ApiProxy]:
    async def make() -> None:
        """A pod whose address is this machine's, and a Service that leads to it."""
        ports = [{"name": "p", "port": 80}]
        container = {"name": "c", "image": "busybox"}
        body = {"metadata": {"name": "p"}, "spec": {"containers": [container]}}
        made = await server.api.create(PODS, body, "default")
        made["status"] = {"phase": "Running", "podIP": "127.0.0.1"}
        await server.api.update(PODS, made, subresource="status")
        await server.api.create(
            SERVICES, {"metadata": {"name": "s"}, "spec": {"ports": ports}}, "default"
        )
        target = {"kind": "Pod", "name": "p", "namespace": "default"}
        subset = {
            "addresses": [{"ip": "127.0.0.1", "targetRef": target}],
            "ports": [{"name": "p", "port": pod.port}],
        }
        endpoints = {"metadata": {"name": "s"}, "subsets": [subset]}
        await server.api.create(ENDPOINTS, endpoints, "default")

    server.run(make())
    with proxied(server.kubeconfig) as running:
        yield running


@pytest.fixture
def kube(proxy: ApiProxy, tmp_path: Path) -> Iterator[KubeClient]:
    file = proxy.write_kubeconfig(tmp_path / "config")
    capabilities = replace(CAPABILITIES, backend="kubeconfig", reach="portforward")
    client = KubeClient(file, capabilities, "visited")
    yield client
    client.close()


def read_all(address: tuple[str, int], sent: bytes = b"") -> bytes:
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(sent)
        found = b""
        while data := client.recv(65536):
            found += data
        return found


def test_what_is_sent_arrives_whole_both_ways(kube: KubeClient, pod: Answering) -> None:
    heard: list[bytes] = []

    def do(client: socket.socket) -> None:
        heard.append(client.recv(100))
        client.sendall(MANY)

    pod.do = do
    with kube.reach("default", "s", 80) as address:
        found = read_all(address, b"ask")
    assert heard == [b"ask"]
    assert hashlib.sha256(found).digest() == hashlib.sha256(MANY).digest()


def test_many_at_a_time(kube: KubeClient, pod: Answering) -> None:
    pod.do = lambda client: client.sendall(client.recv(1024) * 1000)
    found: dict[int, bytes] = {}
    with kube.reach("default", "s", 80) as address:

        def ask(number: int) -> None:
            found[number] = read_all(address, b"%d" % number)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(10, 18)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {number: b"%d" % number * 1000 for number in range(10, 18)}


def test_a_connection_that_breaks_is_reset_and_leaves_all_unverified(
    kube: KubeClient, pod: Answering, proxy: ApiProxy
) -> None:
    held = threading.Event()

    def do(client: socket.socket) -> None:
        client.sendall(b"half of it")
        held.wait(20)

    pod.do = do

    def use() -> None:
        with (
            kube.reach("default", "s", 80) as address,
            socket.create_connection(address, timeout=20) as client,
        ):
            assert client.recv(100) == b"half of it"
            proxy.cut()
            with pytest.raises(ConnectionResetError):
                client.recv(100)
            raise EnvironmentProblem("the driver says: gone away", remedies=["none"])

    with pytest.raises(Unverified, match="broke before its end, so what it carried is not known"):
        use()
    held.set()


def test_a_port_on_which_nobody_listens_is_refused_not_empty(
    kube: KubeClient, pod: Answering, server: Server
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    async def move(number: int) -> None:
        found = await server.api.get(ENDPOINTS, "s", "default")
        found["subsets"][0]["ports"][0]["port"] = number
        await server.api.update(ENDPOINTS, found)

    def use() -> None:
        with kube.reach("default", "s", 80) as address:
            with pytest.raises(ConnectionResetError):
                read_all(address)
            raise EnvironmentProblem("the driver says: refused", remedies=["none"])

    server.run(move(port))
    try:
        with pytest.raises(EnvironmentProblem, match="an error occurred forwarding"):
            use()
    finally:
        server.run(move(pod.port))


def test_no_such_service(kube: KubeClient) -> None:
    with pytest.raises(NotFound), kube.reach("default", "other", 80):
        pass


def test_nothing_is_left_behind(kube: KubeClient, pod: Answering) -> None:
    pod.do = lambda client: client.sendall(client.recv(10))
    with kube.reach("default", "s", 80) as address:
        idle = socket.create_connection(address, timeout=20)
        idle.sendall(b"a")
        assert idle.recv(1) == b"a"
    with idle, contextlib.suppress(ConnectionResetError):
        assert idle.recv(1) == b""
    ours = ("pytest-kanister tunnel", "pytest-kanister link")
    assert not [thread.name for thread in threading.enumerate() if thread.name in ours]
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(address, timeout=2)
