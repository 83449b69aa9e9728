"""CreateCSISnapshotStatic: a VolumeSnapshot of what the storage has already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.snapshots import create_content, wait_ready

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any]:
    """Output: name, namespace, restoreSize, snapshotContent.  Waits without limit."""
    name, namespace = call.text("name"), call.text("namespace")
    driver, handle = call.text("driver"), call.text("snapshotHandle")
    await create_content(call.api, name, namespace, driver, handle, call.text("snapshotClass"))
    status = await wait_ready(call.api, name, namespace)
    return {
        "name": name,
        "namespace": namespace,
        "restoreSize": status.get("restoreSize", "0"),
        "snapshotContent": status.get("boundVolumeSnapshotContentName", ""),
    }
