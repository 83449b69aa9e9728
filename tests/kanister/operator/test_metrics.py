"""`/metrics`: counted per action, served when asked for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

Run = Callable[..., None]


async def _get(cluster: Any, path: str) -> str:
    (found,) = (
        match
        for line in cluster.log
        if (match := re.search(r"http://([\d.]+):(\d+)/metrics", line))
    )
    reader, writer = await asyncio.open_connection(found[1], int(found[2]))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


def test_actions_are_counted(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint(
            {
                "backup": {"phases": [make.task("p", "true")]},
                "restore": {"phases": [make.task("q", "exit 1")]},
            }
        )
        await cluster.actionset(make.on_statefulset())
        assert (await cluster.finished())["state"] == "complete"
        await cluster.actionset(make.on_statefulset("restore"), name="two")
        assert (await cluster.finished("two"))["state"] == "failed"
        text = await _get(cluster, "/metrics")
        assert text.startswith("HTTP/1.1 200 OK\r\n")
        assert 'kanister_action_set_resolutions_total{resolution="success"} 1\n' in text
        assert 'kanister_action_set_resolutions_total{resolution="failure"} 1\n' in text
        assert (await _get(cluster, "/nothing")).startswith("HTTP/1.1 404 ")

    env = {"KANISTER_METRICS_ENABLED": "true", "POD_IP": "127.0.0.1", "METRICS_PORT": "0"}
    in_cluster(scenario, env=env)


def test_nothing_is_served_unasked(in_cluster: Run) -> None:
    async def scenario(cluster: Any) -> None:
        assert not [line for line in cluster.log if "metrics" in line]

    in_cluster(scenario, env={"POD_IP": "127.0.0.1"})


def test_whoever_asks_nothing_is_let_go_at_the_end(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "true")]}})
        await cluster.actionset(make.on_statefulset())
        await cluster.finished()
        (line,) = [line for line in cluster.log if "/metrics" in line]
        found = re.search(r"http://([\d.]+):(\d+)/metrics", line)
        assert found is not None
        silent, kept = await asyncio.open_connection(found[1], int(found[2]))
        chatty, talking = await asyncio.open_connection(found[1], int(found[2]))
        talking.write(b"x" * 200_000)  # no request, and more than one may have
        async with asyncio.timeout(10):
            assert await _ended(chatty)
            await cluster.stop_operator()
            assert await _ended(silent)
        kept.close()
        talking.close()

    env = {"KANISTER_METRICS_ENABLED": "true", "POD_IP": "127.0.0.1", "METRICS_PORT": "0"}
    in_cluster(scenario, env=env)


async def _ended(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True
