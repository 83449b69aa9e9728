"""DeleteCSISnapshot: deletes a VolumeSnapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.snapshots import delete

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> None:
    """No output; waits until it is gone."""
    await delete(call.api, call.text("name"), call.text("namespace"))
