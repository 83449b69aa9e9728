"""One controller process: start, watch, run until cancelled or crashed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.controller import Controller
from pytest_kanister._kanister.operator.events import Recorder
from pytest_kanister._kanister.operator.intake import Intake
from pytest_kanister._kanister.operator.logging import Log
from pytest_kanister._kanister.operator.metrics import serving
from pytest_kanister._kanister.operator.watching import changes
from pytest_kanister._model.crds import kanister_crds
from pytest_kanister._model.resources import ACTIONSETS, BLUEPRINTS, CRDS, PROFILES
from pytest_kanister.errors import AlreadyExists, ApiError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_kanister._model.api import Api

__all__ = ["run_operator"]

_PANIC_STATUS = 2
_CRD_TIMEOUT_S = 60.0
_CRD_PAUSE_S = 0.02


async def run_operator(api: Api, log: Callable[[str], None], env: Mapping[str, str]) -> int:
    """Runs the controller until it is cancelled, cannot start, or crashes.

    Args:
        api: the cluster.
        log: writes one log line.
        env: the container's environment: POD_NAMESPACE (default `kanister`), POD_SERVICE_ACCOUNT,
            CREATEORUPDATE_CRDS (default true), TIMEOUT_WORKER_POD_READY (minutes, default 15),
            SECURE_DEFAULTS_FOR_JOB_PODS; KANISTER_METRICS_ENABLED with POD_IP (see `metrics`).

    Returns:
        1 when it cannot start, 2 after what panics the real one; being cancelled it raises
        CancelledError.  Either way ActionSets and job pods stay as the process leaves them.

    Raises:
        EnvironmentProblem: the API does not answer any more.
    """
    lines = Log(log)
    namespace = env.get("POD_NAMESPACE") or "kanister"
    recorder = Recorder(api, lines)
    controller = Controller(api, namespace, env, lines, recorder)
    try:
        if _is_true(env.get("CREATEORUPDATE_CRDS", "true")):
            await _install_crds(api)
        for resource in (ACTIONSETS, BLUEPRINTS, PROFILES):
            await api.list(resource, namespace)
    except ApiError as error:
        lines.error("Failed to start controller.", error)
        return 1
    crashed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    intake = Intake(controller, crashed)
    watches: list[asyncio.Task[None]] = [
        asyncio.create_task(recorder.run()),
        asyncio.create_task(_watch_actionsets(controller, intake)),
        asyncio.create_task(_watch_blueprints(controller)),
    ]
    lines.info(f"Starting controller in namespace {namespace}")
    try:
        ends: list[asyncio.Future[Any]] = [crashed, *watches]
        async with serving(controller.metrics, env, lines):
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for watch in watches:
            if watch.done():
                watch.result()
        lines.raw(f"panic: {crashed.result()}")
        lines.raw("[signal SIGSEGV: segmentation violation]")
        return _PANIC_STATUS
    finally:
        controller.ending = True
        if crashed.done():
            crashed.exception()  # known, even where something else is told
        await intake.stop()
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)


async def _watch_actionsets(controller: Controller, intake: Intake) -> None:
    def failed(error: ApiError) -> None:
        controller.log.error("Failed to watch ActionSets", error)

    async for change, actionset in changes(
        controller.api, ACTIONSETS, controller.namespace, failed
    ):
        intake.on_change(change, actionset)


async def _watch_blueprints(controller: Controller) -> None:
    """Blueprints are only told of: a running action keeps the copy it was launched with."""

    def failed(error: ApiError) -> None:
        controller.log.error("Failed to watch Blueprints", error)

    words = {"ADDED": "Added", "MODIFIED": "Updated", "DELETED": "Deleted"}
    async for change, blueprint in changes(
        controller.api, BLUEPRINTS, controller.namespace, failed
    ):
        message = f"{words.get(change, change)} blueprint {blueprint['metadata']['name']}"
        controller.log.info(message)
        if change == "ADDED":
            controller.recorder.normal(blueprint, "Added", message)


async def _install_crds(api: Api) -> None:
    """Creates or updates the three CRDs and waits until the API serves them.

    Raises:
        ApiError: the API refuses, or does not serve them within a minute.
    """
    for crd in kanister_crds():
        try:
            await api.create(CRDS, crd)
        except AlreadyExists:
            current = await api.get(CRDS, crd["metadata"]["name"])
            if current["spec"].get("versions") != crd["spec"]["versions"]:
                await api.update(CRDS, {**current, "spec": {**current["spec"], **crd["spec"]}})
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _CRD_TIMEOUT_S
    for resource in (ACTIONSETS, BLUEPRINTS, PROFILES):
        while True:
            try:
                await api.list(resource, None)
                break
            except NotFound:
                if loop.time() > deadline:
                    raise
                await asyncio.sleep(_CRD_PAUSE_S)


def _is_true(text: str) -> bool:
    return text.strip().lower() in ("1", "t", "true")
