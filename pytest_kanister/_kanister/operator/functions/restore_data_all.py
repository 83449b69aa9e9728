"""RestoreDataAll: RestoreData for every pod of the workload at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.restic import Repository, open_target
from pytest_kanister._kanister.operator.restoring import restore
from pytest_kanister._kanister.operator.workloads import (
    backup_info,
    pod_volumes,
    raise_together,
    workload_pods,
)

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any] | None:
    """Output: key-value pairs on restic's stdout, so none.

    The prefix is taken as it is: it must begin with the bucket.
    """
    call.text("namespace"), call.text("image")
    prefix = call.text("backupArtifactPrefix")
    call.text("backupInfo")
    restore_path = call.text("restorePath", "/")
    pods = workload_pods(call, "Unsupported workload type")
    target = open_target(call, wrapped=False)
    info = backup_info(call)

    async def one(pod: str) -> dict[str, Any]:
        try:
            volumes = pod_volumes(call, pod)
        except KanisterError as error:
            raise KanisterError(
                "Failed to get volumes of pod", {"pod": pod}, cause=error
            ) from error
        identifier = info.get(pod, "")
        try:
            output = await restore(
                call,
                Repository(target, f"{prefix}/{pod}"),
                "restore-data-all-",
                snapshot=[identifier] if identifier else [],
                restore_path=restore_path,
                volumes=volumes,
            )
        except KanisterError as error:
            raise KanisterError(
                "Failed to restore data for pod", {"pod": pod}, cause=error
            ) from error
        return output or {}

    results = await asyncio.gather(*(one(pod) for pod in pods), return_exceptions=True)
    merged: dict[str, Any] = {}
    for output in raise_together(results):
        merged |= output
    return merged or None
