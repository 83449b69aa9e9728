"""DeleteDataAll: forgets what BackupDataAll has backed up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.deleting import forget
from pytest_kanister._kanister.operator.restic import Repository, open_target
from pytest_kanister._kanister.operator.workloads import backup_info

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any]:
    """Output: `spaceFreed`.  The prefix is taken as it is: it must begin with the bucket."""
    call.text("namespace")
    prefix = call.text("backupArtifactPrefix")
    call.text("backupInfo")
    target = open_target(call, wrapped=False)
    info = sorted(backup_info(call).items())
    return await forget(
        call,
        [Repository(target, f"{prefix}/{pod}") for pod, _ in info],
        "delete-data-all-",
        tags=[],
        identifiers=[identifier for _, identifier in info],
    )
