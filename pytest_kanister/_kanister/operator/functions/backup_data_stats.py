"""BackupDataStats: how large a restic snapshot is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.execs import CommandFailed, capture
from pytest_kanister._kanister.operator.restic import (
    FUNCTION_VERSION,
    Repository,
    open_target,
    resolve_prefix,
    tools_pod,
)
from pytest_kanister._kanister.operator.resticlog import read_stats

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any]:
    """Output: mode, fileCount, size, version."""
    call.text("namespace")
    prefix, identifier = call.text("backupArtifactPrefix"), call.text("backupID")
    mode = call.text("statsMode", "restore-size")
    target = open_target(call)
    repository = Repository(target, resolve_prefix(target, prefix))
    async with tools_pod(call, "backup-data-stats-") as (_, place):
        try:
            command = repository.command("stats", identifier, "--mode", mode)
            log = await capture(call, place, command)
        except CommandFailed as error:
            raise KanisterError("Failed to get backup stats", cause=error) from error
    return {**read_stats(log), "version": FUNCTION_VERSION}
