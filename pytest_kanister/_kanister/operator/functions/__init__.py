"""Kanister's functions, one module each: `async def run(call) -> output or None`.

A new function: its module here, its line in `_IMPLEMENTED`, its arguments in
`blueprint.signatures`.  May import what `operator` may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.functions import (
    kube_exec,
    kube_exec_all,
    kube_ops,
    kube_task,
    location_delete,
    prepare_data,
    scale_workload,
    wait_v2,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from pytest_kanister._kanister.operator.functions.call import Call

    Run = Callable[[Call], Awaitable[dict[str, Any] | None]]

__all__ = ["IMPLEMENTED", "function"]

_IMPLEMENTED: dict[str, Run] = {
    "KubeExec": kube_exec.run,
    "KubeExecAll": kube_exec_all.run,
    "KubeOps": kube_ops.run,
    "KubeTask": kube_task.run,
    "LocationDelete": location_delete.run,
    "PrepareData": prepare_data.run,
    "ScaleWorkload": scale_workload.run,
    "WaitV2": wait_v2.run,
}

IMPLEMENTED = frozenset(_IMPLEMENTED)
"""Names of the functions that the embedded operator has."""


def function(name: str) -> Run:
    """The function of that name; for one that is registered but not here, one that says so."""
    return _IMPLEMENTED.get(name, _elsewhere)


async def _elsewhere(call: Call) -> dict[str, Any] | None:
    raise KanisterError(
        f"function {call.func}: the embedded operator does not have it yet (it has "
        f"{', '.join(sorted(IMPLEMENTED))}); run this Blueprint on backend kind or kubeconfig, "
        "where the released Kanister controller does"
    )
