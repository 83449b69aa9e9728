"""Our operator, standing in for Kanister on a cluster that it is not part of.

It works over HTTP (`_wire`) with a kubeconfig, and leaves a ConfigMap as long as it runs, from
which every result learns who executed its ActionSets.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pytest_kanister._model.ownership import OPERATOR_RECORD as RECORD
from pytest_kanister._model.ownership import OWNER_ANNOTATION, RUN_LABEL
from pytest_kanister._model.resources import CONFIGMAPS, NAMESPACES
from pytest_kanister.errors import (
    AlreadyExists,
    ApiError,
    EnvironmentProblem,
    KanisterHarnessError,
    NotFound,
    UsageProblem,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_kanister._model.api import Api

__all__ = ["RECORD", "stand_in"]

_RELEASE = "0.119.0"
_WHO = f"our operator (emulates Kanister {_RELEASE}) stands in for Kanister"
_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Before a start after a crash or a lost connection, as a kubelet's back-off; the last repeats."""


def stand_in(
    kubeconfig: Path,
    context: str,
    namespace: str,
    tell: Callable[[str], None],
    *,
    create_namespace: bool = False,
) -> int:
    """Runs the operator until SIGINT, SIGTERM or SIGHUP; returns the exit status, 0.

    A crash, and an API server that went away, end one life of it: the next follows as a kubelet
    would see to it.  The record goes at the end.

    Args:
        kubeconfig: the cluster.
        context: its context, which must be named.
        namespace: whose ActionSets are executed.
        tell: gets the operator's log, line by line.
        create_namespace: whether it is made when it is missing; else that is refused.

    Raises:
        EnvironmentProblem: an extra is missing, or the cluster does not answer at the start.
        UsageProblem: another operator works there.
    """
    if find_spec("aiohttp") is None:
        raise EnvironmentProblem(
            "the operator needs what is not installed: aiohttp",
            remedies=["pip install 'pytest-kanister[embedded]'"],
        )
    from pytest_kanister._wire import HttpApi, load_kubeconfig

    access = load_kubeconfig(kubeconfig, context)

    async def live() -> int:
        end = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, end.set)
        async with HttpApi(access) as api:
            await _settle(api, namespace, create_namespace=create_namespace)
            try:
                tell(f"{_WHO}: namespace {namespace} of {access.server}")
                await _lives(api, namespace, tell, end)
            finally:
                with contextlib.suppress(KanisterHarnessError):
                    await api.delete(CONFIGMAPS, RECORD, namespace)
        return 0

    return asyncio.run(live())


async def _settle(api: Api, namespace: str, *, create_namespace: bool) -> None:
    try:
        await api.get(NAMESPACES, namespace)
    except NotFound:
        if not create_namespace:
            raise EnvironmentProblem(
                f"there is no namespace {namespace}",
                remedies=["create it", "or have it created: --create-namespace"],
            ) from None
        metadata = {"name": namespace, "labels": _labels(), "annotations": _annotations()}
        await api.create(NAMESPACES, {"metadata": metadata})
    record = {
        "metadata": {
            "name": RECORD,
            "labels": _labels(),
            "annotations": _annotations(),
        },
        "data": {"who": _WHO, "process": f"{socket.gethostname()} {os.getpid()}"},
    }
    try:
        await api.create(CONFIGMAPS, record, namespace)
    except AlreadyExists:
        found = await api.get(CONFIGMAPS, RECORD, namespace)
        raise UsageProblem(
            f"another operator stands in for Kanister in namespace {namespace}: process "
            f"{(found.get('data') or {}).get('process', 'unknown')}\n"
            "  end it first; when it was killed: pytest-kanister cleanup"
        ) from None


async def _lives(api: Api, namespace: str, tell: Callable[[str], None], end: asyncio.Event) -> None:
    from pytest_kanister._kanister.operator import run_operator

    environment = {"POD_NAMESPACE": namespace, "CREATEORUPDATE_CRDS": "true"}
    crashes = 0
    while not end.is_set():
        began = asyncio.get_running_loop().time()
        running = asyncio.ensure_future(run_operator(api, tell, environment))
        ending = asyncio.ensure_future(end.wait())
        await asyncio.wait((running, ending), return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not running.done():
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError, KanisterHarnessError):
                await running
            return
        try:
            tell(f"the operator ended with status {running.result()}")
        except (ApiError, EnvironmentProblem) as error:
            tell(f"the operator lost the cluster: {error}")
        lived_s = asyncio.get_running_loop().time() - began
        crashes = 0 if lived_s > _PAUSES_S[-1] else crashes + 1
        pause_s = _PAUSES_S[min(crashes, len(_PAUSES_S) - 1)]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(end.wait(), pause_s)


def _labels() -> dict[str, str]:
    return {RUN_LABEL: f"operator-{os.getpid()}"}


def _annotations() -> dict[str, str]:
    from pytest_kanister._backends.embedded.owner import Owner

    return {OWNER_ANNOTATION: f"{socket.gethostname()} {Owner.of(os.getpid())}"}
