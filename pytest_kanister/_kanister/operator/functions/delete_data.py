"""DeleteData: forgets restic snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.deleting import forget
from pytest_kanister._kanister.operator.restic import Repository, open_target, resolve_prefix

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any]:
    """Output: `spaceFreed`, as `<n> B`.

    Prefixes, ids and tags may be lists separated by blanks; the bucket is put in front of the
    first prefix only.
    """
    call.text("namespace")
    prefix = call.text("backupArtifactPrefix")
    identifiers, tags = call.text("backupID", "").split(), call.text("backupTag", "").split()
    target = open_target(call, wrapped=False)
    paths = resolve_prefix(target, prefix).split()
    return await forget(
        call,
        [Repository(target, path) for path in paths],
        "delete-data-",
        tags=tags,
        identifiers=identifiers,
    )
