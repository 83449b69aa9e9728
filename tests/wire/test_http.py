"""The HTTP `Api` against the real API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_kanister._model.resources import ACTIONSETS, CONFIGMAPS, NAMESPACES, PODS
from pytest_kanister._wire import HttpApi, load_kubeconfig
from pytest_kanister.errors import Conflict, EnvironmentProblem, NotFound
from tests.support.api import Server, running_server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Any:
    with running_server() as found:
        yield found


def _run(server: Server, work: Callable[[HttpApi], Awaitable[None]]) -> None:
    async def main() -> None:
        async with HttpApi(load_kubeconfig(server.kubeconfig)) as api:
            await work(api)

    asyncio.run(main())


def _map(name: str, **data: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "data": data}


def test_verbs(server: Server) -> None:
    async def work(api: HttpApi) -> None:
        await api.create(NAMESPACES, {"metadata": {"name": "verbs"}})
        made = await api.create(CONFIGMAPS, _map("b", k="1"), "verbs")
        await api.create(CONFIGMAPS, _map("a"), "verbs")
        listed = await api.list(CONFIGMAPS, "verbs")
        assert [item["metadata"]["name"] for item in listed["items"]] == ["a", "b"]
        changed = await api.update(CONFIGMAPS, {**made, "data": {"k": "2"}})
        assert changed["data"] == {"k": "2"}
        with pytest.raises(Conflict):
            await api.update(CONFIGMAPS, {**made, "data": {"k": "3"}})
        merged = await api.patch(CONFIGMAPS, "b", {"data": {"l": "4"}}, "verbs")
        assert merged["data"] == {"k": "2", "l": "4"}
        await api.delete(CONFIGMAPS, "b", "verbs")
        with pytest.raises(NotFound, match='configmaps "b" not found'):
            await api.get(CONFIGMAPS, "b", "verbs")

    _run(server, work)


def test_watch_tells_what_changes(server: Server) -> None:
    async def work(api: HttpApi) -> None:
        await api.create(NAMESPACES, {"metadata": {"name": "watched"}})
        version = (await api.list(CONFIGMAPS, "watched"))["metadata"]["resourceVersion"]
        await api.create(CONFIGMAPS, _map("big", k="x" * 300_000), "watched")
        await api.delete(CONFIGMAPS, "big", "watched")
        seen = []
        async with asyncio.timeout(10):
            async for event in api.watch(CONFIGMAPS, "watched", resource_version=version):
                seen.append((event.type, len(event.object["data"]["k"])))
                if event.type == "DELETED":
                    break
        assert seen == [("ADDED", 300_000), ("DELETED", 300_000)]

    _run(server, work)


def test_null_maps_of_go_clients_are_taken(server: Server) -> None:
    async def work(api: HttpApi) -> None:
        action = {"name": "backup", "podLabels": None, "options": {"a": None, "b": "c"}}
        spec = {"actions": [action]}
        await api.create(NAMESPACES, {"metadata": {"name": "nulls"}})
        made = await api.create(ACTIONSETS, {"metadata": {"name": "n"}, "spec": spec}, "nulls")
        assert made["spec"]["actions"] == [{"name": "backup", "options": {"b": "c"}}]

    _run(server, work)


class _Echo:
    """A kubelet whose every command is `cat` that exits with 3."""

    async def exec(
        self,
        namespace: str,
        pod: str,
        container: str,
        command: Sequence[str],
        *,
        stdin: AsyncIterator[bytes] | None,
        stdout: Callable[[bytes], Awaitable[None]],
        stderr: Callable[[bytes], Awaitable[None]],
        tty: bool = False,
    ) -> int:
        await stderr(" ".join(command).encode())
        if stdin is not None:
            async for chunk in stdin:
                await stdout(chunk)
        return 3

    async def logs(self, *_: Any, **__: Any) -> AsyncIterator[bytes]:
        yield b"one\n"
        yield b"two\n"


def test_exec_and_logs(server: Server) -> None:
    server.pods = _Echo()

    async def words() -> AsyncIterator[bytes]:
        yield b"a" * 100_000
        yield b"b"

    async def work(api: HttpApi) -> None:
        await api.create(NAMESPACES, {"metadata": {"name": "pods"}})
        spec = {"containers": [{"name": "c", "image": "i"}]}
        await api.create(PODS, {"metadata": {"name": "p"}, "spec": spec}, "pods")
        out: list[bytes] = []
        err: list[bytes] = []
        status = await api.exec(
            "pods", "p", ["say", "it"], stdin=words(), on_stdout=out.append, on_stderr=err.append
        )
        assert (status, b"".join(out), b"".join(err)) == (3, b"a" * 100_000 + b"b", b"say it")
        with pytest.raises(NotFound, match='pods "gone" not found'):
            await api.exec("pods", "gone", ["x"], on_stdout=out.append, on_stderr=err.append)
        assert b"".join([chunk async for chunk in api.logs("pods", "p")]) == b"one\ntwo\n"

    _run(server, work)


def _break_connections(server: Server) -> None:
    """What a load balancer does to connections that it thinks have lived long enough."""

    async def abort() -> None:
        assert server.server._server is not None
        for connection in list(server.server._server.connections):
            assert connection.transport is not None
            connection.transport.abort()

    server.run(abort())


def test_a_watch_goes_on_where_its_connection_broke(server: Server) -> None:
    async def work(api: HttpApi) -> None:
        await api.create(NAMESPACES, {"metadata": {"name": "broken"}})
        version = (await api.list(CONFIGMAPS, "broken"))["metadata"]["resourceVersion"]
        await api.create(CONFIGMAPS, _map("one"), "broken")
        seen = []
        async with asyncio.timeout(10):
            async for event in api.watch(CONFIGMAPS, "broken", resource_version=version):
                seen.append((event.type, event.object["metadata"]["name"]))
                if len(seen) == 2:
                    break
                await asyncio.to_thread(_break_connections, server)
                await api.create(CONFIGMAPS, _map("two"), "broken")
        assert seen == [("ADDED", "one"), ("ADDED", "two")]

    _run(server, work)


class _Talking(_Echo):
    async def logs(self, *_: Any, **__: Any) -> AsyncIterator[bytes]:
        yield b"one\n"
        await asyncio.Event().wait()


def test_a_log_whose_connection_broke_is_no_whole_one(server: Server) -> None:
    server.pods = _Talking()

    async def work(api: HttpApi) -> None:
        await api.create(NAMESPACES, {"metadata": {"name": "talking"}})
        spec = {"containers": [{"name": "c", "image": "i"}]}
        await api.create(PODS, {"metadata": {"name": "p"}, "spec": spec}, "talking")
        read: list[bytes] = []

        async def follow() -> None:
            async for chunk in api.logs("talking", "p", follow=True):
                read.append(chunk)
                await asyncio.to_thread(_break_connections, server)

        with pytest.raises(EnvironmentProblem, match="broke off"):
            await asyncio.wait_for(follow(), 10)
        assert read == [b"one\n"]

    _run(server, work)


def test_kubeconfigs_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "config"
    with pytest.raises(EnvironmentProblem, match="cannot be read"):
        load_kubeconfig(path)
    path.write_text(yaml.safe_dump({"current-context": "x", "contexts": []}))
    with pytest.raises(EnvironmentProblem, match="no context is called 'x'"):
        load_kubeconfig(path)


def test_nobody_answers(tmp_path: Path) -> None:
    def entry(kind: str, **fields: Any) -> list[dict[str, Any]]:
        return [{"name": "x", kind: fields}]

    path = tmp_path / "config"
    config = {
        "current-context": "x",
        "contexts": entry("context", cluster="x", user="x"),
        "clusters": entry("cluster", server="http://127.0.0.1:9"),
        "users": entry("user", token="t"),
    }
    path.write_text(yaml.safe_dump(config))

    async def main() -> None:
        async with HttpApi(load_kubeconfig(path)) as api:
            with pytest.raises(EnvironmentProblem, match="does not answer"):
                await api.get(NAMESPACES, "x")

    asyncio.run(main())
