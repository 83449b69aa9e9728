"""Kanister's functions, one module each: `async def run(call) -> output or None`.

A new function: its module here, its line in `_MODULES`, its arguments in
`blueprint.signatures`.  May import what `operator` may.  A module is loaded when its function is
first used, so that the operator starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from pytest_kanister._kanister.operator.functions.call import Call

    Run = Callable[[Call], Awaitable[dict[str, Any] | None]]

__all__ = ["IMPLEMENTED", "function"]

_MODULES = {
    "BackupData": "backup_data",
    "BackupDataAll": "backup_data_all",
    "BackupDataStats": "backup_data_stats",
    "CheckRepository": "check_repository",
    "CopyVolumeData": "copy_volume_data",
    "CreateCSISnapshot": "create_csi_snapshot",
    "CreateCSISnapshotStatic": "create_csi_snapshot_static",
    "DeleteCSISnapshot": "delete_csi_snapshot",
    "DeleteCSISnapshotContent": "delete_csi_snapshot_content",
    "DeleteData": "delete_data",
    "DeleteDataAll": "delete_data_all",
    "KubeExec": "kube_exec",
    "KubeExecAll": "kube_exec_all",
    "KubeOps": "kube_ops",
    "KubeTask": "kube_task",
    "LocationDelete": "location_delete",
    "MultiContainerRun": "multi_container_run",
    "PrepareData": "prepare_data",
    "RestoreCSISnapshot": "restore_csi_snapshot",
    "RestoreData": "restore_data",
    "RestoreDataAll": "restore_data_all",
    "ScaleWorkload": "scale_workload",
    "Wait": "wait",
    "WaitV2": "wait_v2",
}

_REFUSED = {
    "BackupDataUsingKopiaServer": "kopia_server",
    "CreateRDSSnapshot": "rds",
    "DeleteDataUsingKopiaServer": "kopia_server",
    "DeleteRDSSnapshot": "rds",
    "ExportRDSSnapshotToLocation": "rds",
    "RestoreDataUsingKopiaServer": "kopia_server",
    "RestoreRDSSnapshot": "rds",
}
"""Functions that are there to say where they are."""

IMPLEMENTED = frozenset(_MODULES)
"""Names of the functions that the embedded operator has."""


def function(name: str) -> Run:
    """The function of that name; it must be registered."""
    module = _MODULES.get(name) or _REFUSED[name]
    run: Run = import_module(f"{__name__}.{module}").run
    return run
