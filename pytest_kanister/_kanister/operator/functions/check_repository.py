"""CheckRepository: whether a restic repository is there and its password right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.execs import CommandFailed, capture
from pytest_kanister._kanister.operator.restic import (
    FUNCTION_VERSION,
    Repository,
    open_target,
    resolve_prefix,
    tools_pod,
)
from pytest_kanister._kanister.operator.resticlog import is_missing, is_password_wrong

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any]:
    """Output: passwordIncorrect, repoUnavailable, each `true` or `false`; version.

    Raises:
        KanisterError: it cannot be told.
    """
    prefix = call.text("backupArtifactPrefix")
    target = open_target(call, wrapped=False)
    repository = Repository(target, resolve_prefix(target, prefix))
    wrong = missing = False
    # The pod runs in the controller's namespace: there is no such argument.
    namespace = call.controller.namespace
    async with tools_pod(call, "check-repository-", namespace=namespace) as (_, place):
        try:
            await capture(call, place, repository.command("snapshots", "--json"))
        except CommandFailed as error:
            wrong = is_password_wrong(error.stderr)
            missing = not wrong and is_missing(error.stderr)
            if not wrong and not missing:
                raise KanisterError("Failed to list snapshots", cause=error) from error
    return {
        "passwordIncorrect": str(wrong).lower(),
        "repoUnavailable": str(missing).lower(),
        "version": FUNCTION_VERSION,
    }
