"""Restoring a restic snapshot into volumes: what RestoreData and RestoreDataAll share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.execs import CommandFailed, capture
from pytest_kanister._kanister.operator.output import OutputReader
from pytest_kanister._kanister.operator.restic import Repository, tools_pod
from pytest_kanister._model.resources import PERSISTENTVOLUMECLAIMS
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["check_claims", "restore"]


async def check_claims(call: Call, claims: Mapping[str, str]) -> None:
    """That every claim is there.

    Raises:
        KanisterError: one is not.
    """
    namespace = call.text("namespace") or call.controller.namespace
    for claim in claims:
        try:
            await call.api.get(PERSISTENTVOLUMECLAIMS, claim, namespace)
        except ApiError as error:
            raise KanisterError(
                "Failed to retrieve PVC.", {"name": claim, "namespace": namespace}, cause=error
            ) from error


async def restore(
    call: Call,
    repository: Repository,
    prefix: str,
    *,
    snapshot: list[str],
    restore_path: str,
    volumes: Mapping[str, str],
) -> dict[str, Any] | None:
    """Restores in a pod that mounts the volumes; output: the key-value pairs on stdout.

    Args:
        call: the function's call.
        repository: where the snapshot is.
        prefix: the pod's generateName.
        snapshot: restic's words for it; none: nothing can be run, which is an error.
        restore_path: restic's target.
        volumes: claim → mount path.

    Raises:
        KanisterError: a claim is missing, or restic fails.
    """
    await check_claims(call, volumes)
    async with tools_pod(call, prefix, volumes=volumes) as (_, place):
        command = (
            repository.command("restore", *snapshot, "--target", restore_path) if snapshot else []
        )
        try:
            stdout = await capture(call, place, command)
        except CommandFailed as error:
            raise KanisterError("Failed to restore backup", cause=error) from error
    reader = OutputReader()
    try:
        reader.feed(stdout.encode())
        return dict(reader.end()) or None
    except KanisterError as error:
        raise KanisterError("Failed to parse phase output", cause=error) from error
