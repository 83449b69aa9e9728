"""CopyVolumeData: a whole volume into a restic repository, from a pod of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.restic import (
    FUNCTION_VERSION,
    Repository,
    back_up,
    open_target,
    resolve_prefix,
    tools_pod,
)
from pytest_kanister._kanister.operator.restoring import check_claims

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any]:
    """Output: BackupData's, and backupRoot, backupArtifactLocation."""
    call.text("namespace")
    claim, prefix = call.text("volume"), call.text("dataArtifactPrefix")
    mount = call.text("mountPath", "") or f"/mnt/vol_data/{claim}"
    target = open_target(call)
    repository = Repository(target, resolve_prefix(target, prefix))
    await check_claims(call, {claim: mount})
    async with tools_pod(call, "copy-vol-data-", volumes={claim: mount}) as (_, place):
        done = await back_up(call, repository, place, mount)
    return {
        **done,
        "backupRoot": mount,
        "backupArtifactLocation": repository.path,
        "version": FUNCTION_VERSION,
    }
