"""The action's workload: its pods and what they mount; many pods' errors as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pytest_kanister._kanister.location import gojson
from pytest_kanister._kanister.operator.errkit import KanisterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["backup_info", "pod_volumes", "raise_together", "workload_pods"]

T = TypeVar("T")

_KINDS = ("Deployment", "StatefulSet")


def workload_pods(call: Call, missing: str) -> list[str]:
    """The argument `pods` (separated by blanks), else the running pods of the workload.

    Raises:
        KanisterError: `missing`, when the action is on no Deployment or StatefulSet.
    """
    given = call.text("pods", "")
    if given:
        return given.split()
    for kind in _KINDS:
        workload = call.params.plain.get(kind)
        if workload is not None:
            return list(workload["Pods"] or [])
    raise KanisterError(missing)


def pod_volumes(call: Call, pod: str) -> dict[str, str]:
    """Claim → mount path of one of the workload's pods.

    Raises:
        KanisterError: it mounts none, or the action is on no Deployment or StatefulSet.
    """
    for kind in _KINDS:
        workload = call.params.plain.get(kind)
        if workload is not None:
            claims = (workload["PersistentVolumeClaims"] or {}).get(pod)
            if claims is None:
                raise KanisterError(f"Failed to find volumes for the Pod: {pod}")
            return dict(claims)
    raise KanisterError("Invalid Template Params")


def backup_info(call: Call) -> dict[str, str]:
    """The argument `backupInfo`, as BackupDataAll gave it: pod → backup's id.

    Raises:
        KanisterError: it is no such JSON.
    """
    try:
        read: Any = gojson.loads(call.text("backupInfo"))
        return {pod: str(info.get("BackupID") or "") for pod, info in (read or {}).items()}
    except (ValueError, AttributeError) as error:
        cause = KanisterError(str(error))
        raise KanisterError("Could not decode JSON data", cause=cause) from error


def raise_together(results: Sequence[T | BaseException]) -> list[T]:
    """The results, if no error is among them.

    Raises:
        KanisterError: the errors, a line each.
    """
    failures: list[str] = []
    good: list[T] = []
    for result in results:
        if isinstance(result, KanisterError):
            failures.append(str(result))
        elif isinstance(result, BaseException):
            raise result
        else:
            good.append(result)
    if failures:
        raise KanisterError("\n".join(failures))
    return good
