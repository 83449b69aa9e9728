"""BackupDataAll: BackupData in every pod of the workload at once, a repository each."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.execs import Place
from pytest_kanister._kanister.operator.restic import (
    FUNCTION_VERSION,
    Repository,
    back_up,
    open_target,
    resolve_prefix,
)
from pytest_kanister._kanister.operator.workloads import raise_together, workload_pods

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any]:
    """Output: `BackupAllInfo`, JSON of pod → PodName, BackupID, BackupTag; version."""
    namespace, container = call.text("namespace"), call.text("container")
    path, prefix = call.text("includePath"), call.text("backupArtifactPrefix")
    target = open_target(call)
    pods = workload_pods(call, "Failed to get pods")
    root = resolve_prefix(target, prefix)

    async def one(pod: str) -> dict[str, str]:
        try:
            done = await back_up(
                call,
                Repository(target, f"{root}/{pod}"),
                Place(namespace, pod, container),
                path,
            )
        except KanisterError as error:
            raise KanisterError(
                "Failed to backup data for pod", {"pod": pod}, cause=error
            ) from error
        return {"PodName": pod, "BackupID": done["backupID"], "BackupTag": done["backupTag"]}

    results = await asyncio.gather(*(one(pod) for pod in pods), return_exceptions=True)
    info = {result["PodName"]: result for result in raise_together(results)}
    text = json.dumps(dict(sorted(info.items())), separators=(",", ":"), ensure_ascii=False)
    return {"BackupAllInfo": text, "version": FUNCTION_VERSION}
