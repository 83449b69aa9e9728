"""A job pod's life: created, started, read to its end, completed, always deleted."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import Crash, KanisterError, to_json
from pytest_kanister._kanister.operator.output import OutputReader
from pytest_kanister._kanister.operator.podhealth import check_volumes_and_node, pod_status_text
from pytest_kanister._kanister.operator.pods import build_pod
from pytest_kanister._kanister.operator.podwatch import PodWatch
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import ApiError, EnvironmentProblem, NotFound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._kanister.operator.pods import PodOptions
    from pytest_kanister._model.api import Object

__all__ = ["Job", "created_pod", "job_pod"]

_TERMINAL = ("Succeeded", "Failed")
_REOPEN_PAUSE_S = 0.1


class Job:
    """A created pod.

    Attributes:
        name: the pod's name.
        namespace: its namespace.
        container: its first container: the one whose log is read.
    """

    def __init__(self, call: Call, pod: Object) -> None:
        self.name: str = pod["metadata"]["name"]
        self.namespace: str = pod["metadata"]["namespace"]
        self._call = call
        self.container: str = pod["spec"]["containers"][0]["name"]
        self._watch = PodWatch(call.api, pod)
        self._reader = OutputReader(self._log_line)

    async def close(self) -> None:
        """Stops watching."""
        await self._watch.close()

    async def wait_started(self) -> None:
        """Returns once the pod is past Pending: running, or done already.

        An image that cannot be pulled waits out the whole limit, as in Kanister.

        Raises:
            KanisterError: not started within the limit, or one of the early signs of failure.
        """
        try:
            await self._await_start()
        except KanisterError as error:
            raise KanisterError(
                "Failed while waiting for Pod to be ready",
                {"pod": self.name},
                KanisterError("Pod failed to become ready in time", cause=error),
            ) from error

    async def _await_start(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._call.controller.pod_ready_timeout_s
        while self._watch.phase in ("", "Pending"):
            if self._watch.pod.get("status", {}).get("reason") in ("OutOfmemory", "OutOfcpu"):
                raise KanisterError("Pod stuck in pending state")
            await check_volumes_and_node(self._call.api, self._watch.pod)
            if loop.time() >= deadline:
                raise self._with_log(
                    "Pod did not transition into running state",
                    KanisterError(
                        "Context done while polling",
                        cause=KanisterError("context deadline exceeded"),
                    ),
                )
            # Volumes and nodes change without the pod: look again every second.
            await self._watch.next(min(1.0, max(deadline - loop.time(), 0.001)))

    async def read_output(self) -> dict[str, str]:
        """Reads the log to its end, whatever comes; returns the key-value pairs.

        Raises:
            KanisterError: a marker line that is not a pair, or no log to be had.
        """
        consumed = 0
        while True:
            skip = consumed
            try:
                async for chunk in self._call.api.logs(
                    self.namespace, self.name, container=self.container, follow=True
                ):
                    fresh = chunk[skip:]
                    skip -= len(chunk) - len(fresh)
                    consumed += len(fresh)
                    self._reader.feed(fresh)
                return dict(self._reader.end())
            except (ApiError, EnvironmentProblem) as error:
                # The stream may break while the pod lives on: then it is opened again and what
                # was read is skipped.
                if self._watch.phase in _TERMINAL or isinstance(error, NotFound):
                    raise KanisterError("Failed to fetch logs from the pod", cause=error) from error
                await self._watch.next(_REOPEN_PAUSE_S)

    async def wait_completed(self) -> None:
        """Returns once the pod succeeded; there is no limit.

        Raises:
            KanisterError: it failed, or is gone.
        """
        try:
            while self._watch.phase not in _TERMINAL:
                await self._watch.next(None)
        except KanisterError as gone:
            raise self._incomplete(gone) from gone
        if self._watch.phase == "Failed":
            details = {"podName": self.name, "status": pod_status_text(self._watch.pod)}
            raise self._incomplete(KanisterError("Pod failed", details))

    def _incomplete(self, cause: KanisterError) -> KanisterError:
        logged = self._with_log("Pod failed or did not transition into complete state", cause)
        return KanisterError(
            "Failed while waiting for Pod to complete",
            {"pod": self.name},
            KanisterError("Pod failed to complete in time", cause=logged),
        )

    def _with_log(self, message: str, cause: KanisterError) -> KanisterError:
        """Kanister prints this level as JSON, the log's last lines in the middle."""
        error = KanisterError(message, cause=KanisterError(str(self._reader.tail), cause=cause))
        return KanisterError(json.dumps(to_json(error), separators=(",", ":"), ensure_ascii=False))

    def _log_line(self, line: str) -> None:
        self._call.log.info(
            "Pod Update", Pod=self.name, Container=self.container, LogKind="datapath", Out=line
        )


@contextlib.asynccontextmanager
async def job_pod(call: Call, options: PodOptions) -> AsyncIterator[Job]:
    """Creates the pod; deletes it with grace period 0 however the function ends.

    Raises:
        KanisterError: the API refuses the pod.
    """
    async with created_pod(call, await build_pod(call, options), options.namespace) as job:
        yield job


@contextlib.asynccontextmanager
async def created_pod(call: Call, pod: Object, namespace: str) -> AsyncIterator[Job]:
    """Creates a pod that is built already; deletes it as `job_pod` does.

    Only a controller that crashes or is going down leaves it: a dead process deletes nothing.

    Raises:
        KanisterError: the API refuses the pod.
    """
    try:
        created = await call.api.create(PODS, pod, namespace)
    except ApiError as error:
        raise KanisterError("Failed to create pod", cause=error) from error
    job = Job(call, created)
    call.log.info("Pod created", Pod=job.name, Namespace=job.namespace)
    crashed = False
    try:
        yield job
    except Crash:
        crashed = True
        raise
    finally:
        await job.close()
        if not crashed and not call.controller.ending:
            try:
                await call.api.delete(PODS, job.name, job.namespace, grace_period_s=0)
            except NotFound:
                pass
            except ApiError as error:
                # Kanister deletes beside its work, which this does not fail.
                call.log.error("Failed to delete pod", error, Pod=job.name)
