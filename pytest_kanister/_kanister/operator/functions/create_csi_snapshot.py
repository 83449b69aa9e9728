"""CreateCSISnapshot: a VolumeSnapshot of a claim."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.snapshots import create, wait_ready

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


async def run(call: Call) -> dict[str, Any]:
    """Output: name, pvc, namespace, restoreSize, snapshotContent.  Waits without limit."""
    claim, namespace = call.text("pvc"), call.text("namespace")
    snapshot_class = call.text("snapshotClass")
    suffix = "".join(secrets.choice(_LETTERS) for _ in range(5))
    name = call.text("name", f"{claim}-snapshot-{suffix}")
    await create(call.api, name, namespace, claim, snapshot_class, call.strings("labels"))
    status = await wait_ready(call.api, name, namespace)
    return {
        "name": name,
        "pvc": claim,
        "namespace": namespace,
        "restoreSize": status.get("restoreSize", "0"),
        "snapshotContent": status.get("boundVolumeSnapshotContentName", ""),
    }
