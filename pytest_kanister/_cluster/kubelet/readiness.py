"""When a container counts as ready: its own probes, else what its image says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from pytest_kanister._cluster.kubelet.probes import Probe
from pytest_kanister._cluster.kubelet.spec import fill_placeholders

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from pytest_kanister._cluster.contracts import Program

__all__ = ["follow_readiness"]

_IMAGE_TIMEOUT_S = 3


class Tell(Protocol):
    """Hears every change of readiness."""

    def __call__(self, *, ready: bool) -> None:
        """Called when the container became ready, or is ready no more."""
        ...


async def follow_readiness(
    spec: Mapping[str, Any],
    program: Program,
    ip: str,
    *,
    run: Callable[[Sequence[str], float], Awaitable[bool]],
    tell: Tell,
    initial: bool,
) -> None:
    """Watches a running container; cancelled when it ends.

    Args:
        spec: the container.
        program: what its image is here; its own check counts when the pod gives none and lets
            the image's entrypoint run.
        ip: the pod's address.
        run: runs a command in the container within seconds; whether it exited with 0.
        tell: hears every change.
        initial: an init container is never asked.

    Raises:
        ConfigProblem: a probe that is not supported.
    """
    if initial:
        return
    if spec.get("startupProbe"):
        await _first_pass(Probe(spec["startupProbe"], spec, ip, run))
    if spec.get("readinessProbe"):
        probe = Probe(spec["readinessProbe"], spec, ip, run)
        await probe.follow(lambda: tell(ready=True), lambda: tell(ready=False))
        return
    if program.ready and not spec.get("command"):
        argv = fill_placeholders(program.ready, ip, lambda path: path)
        asked = {"exec": {"command": argv}, "timeoutSeconds": _IMAGE_TIMEOUT_S}
        await _first_pass(Probe(asked, spec, ip, run))
    tell(ready=True)


async def _first_pass(probe: Probe) -> None:
    passed = asyncio.Event()
    asking = asyncio.create_task(probe.follow(passed.set, passed.clear))
    try:
        await passed.wait()
    finally:
        asking.cancel()
