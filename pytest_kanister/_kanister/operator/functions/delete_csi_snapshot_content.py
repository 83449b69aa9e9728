"""DeleteCSISnapshotContent: deletes a VolumeSnapshotContent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.snapshots import delete_content

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> None:
    """No output; does not wait."""
    await delete_content(call.api, call.text("name"))
