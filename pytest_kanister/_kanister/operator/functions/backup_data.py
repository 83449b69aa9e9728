"""BackupData: restic, inside the application's own container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.execs import Place
from pytest_kanister._kanister.operator.restic import (
    FUNCTION_VERSION,
    Repository,
    back_up,
    open_target,
    resolve_prefix,
)

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any]:
    """Output: backupID, backupTag, fileCount, size, phySize, version."""
    place = Place(call.text("namespace"), call.text("pod"), call.text("container"))
    path, prefix = call.text("includePath"), call.text("backupArtifactPrefix")
    target = open_target(call)
    repository = Repository(target, resolve_prefix(target, prefix))
    return {**await back_up(call, repository, place, path), "version": FUNCTION_VERSION}
