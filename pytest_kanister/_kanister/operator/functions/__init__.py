"""Kanister's functions, one module each: `async def run(call) -> output or None`.

A new function: its module here, its line in `_MODULES`, its arguments in
`blueprint.signatures`.  May import what `operator` may.  A module is loaded when its function is
first used, so that the operator starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import KanisterError

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
    "DeleteData": "delete_data",
    "DeleteDataAll": "delete_data_all",
    "KubeExec": "kube_exec",
    "KubeExecAll": "kube_exec_all",
    "KubeOps": "kube_ops",
    "KubeTask": "kube_task",
    "LocationDelete": "location_delete",
    "MultiContainerRun": "multi_container_run",
    "PrepareData": "prepare_data",
    "RestoreData": "restore_data",
    "RestoreDataAll": "restore_data_all",
    "ScaleWorkload": "scale_workload",
    "Wait": "wait",
    "WaitV2": "wait_v2",
}

IMPLEMENTED = frozenset(_MODULES)
"""Names of the functions that the embedded operator has."""


def function(name: str) -> Run:
    """The function of that name; for one that is registered but not here, one that says so."""
    module = _MODULES.get(name)
    if module is None:
        return _elsewhere
    run: Run = import_module(f"{__name__}.{module}").run
    return run


async def _elsewhere(call: Call) -> dict[str, Any] | None:
    raise KanisterError(
        f"function {call.func}: the embedded operator does not have it yet (it has "
        f"{', '.join(sorted(IMPLEMENTED))}); run this Blueprint on backend kind or kubeconfig, "
        "where the released Kanister controller does"
    )
