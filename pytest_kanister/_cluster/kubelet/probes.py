"""Readiness: a pod's own probe, or the image's."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.kubelet.spec import ConfigProblem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

__all__ = ["Probe"]

_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 0.1


class Probe:
    """One probe of one container.

    Args:
        spec: the `readinessProbe` or `startupProbe` as the pod has it.
        container: the container, for the names of its ports.
        ip: the pod's address.
        run: runs a command in the container within seconds; whether it exited with 0.

    Raises:
        ConfigProblem: a handler that is not supported.
    """

    def __init__(
        self,
        spec: Mapping[str, Any],
        container: Mapping[str, Any],
        ip: str,
        run: Callable[[Sequence[str], float], Awaitable[bool]],
    ) -> None:
        self._spec = spec
        self._ip = ip
        self._run = run
        self._ports = {port.get("name"): port for port in container.get("ports") or []}
        self._timeout_s = float(spec.get("timeoutSeconds") or 1)
        if not {"exec", "tcpSocket", "httpGet"} & set(spec):
            raise ConfigProblem(
                f"probe {', '.join(sorted(spec))}: only exec, tcpSocket and httpGet are supported"
            )

    async def passes(self) -> bool:
        """Asks once."""
        try:
            async with asyncio.timeout(self._timeout_s):
                if "exec" in self._spec:
                    return await self._run(self._spec["exec"]["command"], self._timeout_s)
                if "tcpSocket" in self._spec:
                    return await self._tcp(self._spec["tcpSocket"])
                return await self._http(self._spec["httpGet"])
        except (OSError, TimeoutError, ssl.SSLError, ValueError):
            return False  # ValueError: a first line without end is no HTTP

    async def follow(self, on_ready: Callable[[], None], on_unready: Callable[[], None]) -> None:
        """Asks often until it passes, then at its own period; tells every change."""
        pause_s = _FIRST_PAUSE_S
        while not await self._passes_in_a_row(int(self._spec.get("successThreshold") or 1)):
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.4, _LONGEST_PAUSE_S)
        on_ready()
        ready, failures = True, 0
        while True:
            await asyncio.sleep(float(self._spec.get("periodSeconds") or 10))
            if await self.passes():
                failures = 0
                if not ready:
                    ready = True
                    on_ready()
                continue
            failures += 1
            if ready and failures >= int(self._spec.get("failureThreshold") or 3):
                ready = False
                on_unready()

    async def _passes_in_a_row(self, times: int) -> bool:
        for _ in range(times):
            if not await self.passes():
                return False
        return True

    def _port(self, port: int | str) -> int:
        if isinstance(port, int):
            return port
        if port in self._ports:
            return int(self._ports[port]["containerPort"])
        return int(port) if port.isdigit() else 0

    async def _tcp(self, target: Mapping[str, Any]) -> bool:
        _, writer = await asyncio.open_connection(
            target.get("host") or self._ip, self._port(target["port"])
        )
        writer.close()
        return True

    async def _http(self, target: Mapping[str, Any]) -> bool:
        secure = target.get("scheme", "HTTP").upper() == "HTTPS"
        context = ssl._create_unverified_context() if secure else None  # as the kubelet does
        host = target.get("host") or self._ip
        reader, writer = await asyncio.open_connection(
            host, self._port(target["port"]), ssl=context
        )
        try:
            headers = {"Host": host, "User-Agent": "kube-probe/1.34", "Connection": "close"}
            headers |= {h["name"]: h["value"] for h in target.get("httpHeaders") or []}
            lines = [f"GET {target.get('path') or '/'} HTTP/1.1"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode())
            await writer.drain()
            words = (await reader.readline()).split()
            return len(words) > 1 and words[1].isdigit() and 200 <= int(words[1]) < 400
        finally:
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()
