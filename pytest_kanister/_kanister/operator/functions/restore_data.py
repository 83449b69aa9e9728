"""RestoreData: a restic snapshot back into a pod's volumes, from a pod of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.restic import Repository, open_target, resolve_prefix
from pytest_kanister._kanister.operator.restoring import restore
from pytest_kanister._kanister.operator.workloads import pod_volumes

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any] | None:
    """Output: key-value pairs on restic's stdout, so none.

    The application is not stopped: scale it down before, or restore beside it.
    """
    call.text("namespace"), call.text("image")
    prefix = call.text("backupArtifactPrefix")
    restore_path = call.text("restorePath", "/")
    pod, volumes = call.text("pod", ""), call.strings("volumes")
    if bool(pod) == bool(volumes):
        raise KanisterError("Require one argument: pod or volumes")
    tag, identifier = call.text("backupTag", ""), call.text("backupIdentifier", "")
    if bool(tag) == bool(identifier):
        raise KanisterError("Require one argument: backupTag or backupIdentifier")
    target = open_target(call, wrapped=False)
    inside = call.text("backupPath", "")
    suffix = f":{inside}" if inside else ""
    return await restore(
        call,
        Repository(target, resolve_prefix(target, prefix)),
        "restore-data-",
        snapshot=["--tag", tag, f"latest{suffix}"] if tag else [f"{identifier}{suffix}"],
        restore_path=restore_path,
        volumes=volumes or pod_volumes(call, pod),
    )
