"""Forgetting restic snapshots: what DeleteData and DeleteDataAll share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import Crash, KanisterError
from pytest_kanister._kanister.operator.execs import CommandFailed, capture
from pytest_kanister._kanister.operator.restic import Repository, tools_pod
from pytest_kanister._kanister.operator.resticlog import read_freed_bytes, read_snapshot_id

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["forget"]


async def forget(
    call: Call,
    repositories: list[Repository],
    prefix: str,
    *,
    tags: list[str],
    identifiers: list[str],
) -> dict[str, Any]:
    """Forgets snapshots, each in the repository of the same position; prunes with reclaimSpace.

    Output: `spaceFreed`.

    Raises:
        KanisterError: neither or both of tags and identifiers are given, or restic fails.
        Crash: more snapshots than repositories: Kanister runs past its list's end.
    """
    reclaim = call.truth("reclaimSpace", default=False)
    if bool(tags) == bool(identifiers):
        raise KanisterError("Require one argument: backupID or backupTag")
    wanted = list(identifiers)
    freed_bytes = 0

    def repository(index: int) -> Repository:
        if index >= len(repositories):
            raise Crash(
                f"runtime error: index out of range [{index}] with length {len(repositories)}"
            )
        return repositories[index]

    async with tools_pod(call, prefix) as (_, place):
        for index, tag in enumerate(tags):
            command = repository(index).command("snapshots", "--tag", tag, "--json")
            try:
                wanted.append(read_snapshot_id(await capture(call, place, command)))
            except KanisterError as error:
                raise KanisterError(
                    "Failed to forget data, could not get snapshotID from tag",
                    {"Tag": tag},
                    cause=error,
                ) from error
        for index, identifier in enumerate(wanted):
            try:
                await capture(call, place, repository(index).command("forget", identifier))
            except CommandFailed as error:
                raise KanisterError("Failed to forget data", cause=error) from error
            if reclaim:
                try:
                    log = await capture(call, place, repository(index).command("prune"))
                except CommandFailed as error:
                    failed = KanisterError("Failed to prune data after forget", cause=error)
                    raise KanisterError("Error executing prune command", cause=failed) from error
                freed_bytes += read_freed_bytes(log)
    return {"spaceFreed": f"{freed_bytes} B"}
