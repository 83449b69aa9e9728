"""Ways to destroy what a Redis server holds, each looked at afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.damaging import a_text, check_true, counted
from pytest_kanister._data.workloads.redis.commands import commands, words_of
from pytest_kanister._data.workloads.redis.keys import database_sizes
from pytest_kanister.errors import HarnessBug, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._data.workloads.redis.connection import Server

__all__ = ["DAMAGES", "do_damage"]


def do_damage(server: Server, word: str, argument: Any) -> str:
    """Does one damage of `DAMAGES`; what was done, in words.

    Raises:
        UsageProblem: there is nothing that it could hit.
    """
    return DAMAGES[word](server, argument)


def _flush(server: Server, argument: Any) -> str:
    check_true("flush", argument)
    count = sum(database_sizes(server).values())
    server.ask("FLUSHALL")
    if database_sizes(server):
        raise HarnessBug("keys are still there after FLUSHALL")
    return f"flushed all databases ({counted(count, 'key')})"


def _drop(server: Server, argument: Any) -> str:
    if not isinstance(argument, int) or isinstance(argument, bool):
        raise UsageProblem(f"damage drop: expected a database's number, found {argument!r}")
    count = database_sizes(server).get(argument, 0)
    if not count:
        raise UsageProblem(f"damage drop: database {argument} holds no key")
    server.ask("SELECT", argument)
    server.ask("FLUSHDB")
    return f"flushed database {argument} ({counted(count, 'key')})"


def _delete_keys(server: Server, argument: Any) -> str:
    try:
        keys = words_of(argument) if isinstance(argument, str) else []
    except ValueError as error:
        raise UsageProblem(f"damage deleteKeys: {error}") from None
    if not keys:
        raise UsageProblem(
            f"damage deleteKeys: expected keys of database 0, quoted as redis-cli reads them, "
            f"found {argument!r}"
        )
    count = server.ask("DEL", *keys)
    if not count:
        raise UsageProblem(f"damage deleteKeys: database 0 has none of the keys {argument}")
    return f"deleted {counted(count, 'key')} of database 0: {argument}"


def _drop_user(server: Server, argument: Any) -> str:
    if not isinstance(argument, str) or not argument:
        raise UsageProblem(f"damage dropUser: expected a user's name, found {argument!r}")
    if not server.ask("ACL", "DELUSER", argument):
        raise UsageProblem(f"damage dropUser: there is no user {argument!r}")
    return f"dropped user {argument}"


def _commands(server: Server, argument: Any) -> str:
    for words in commands(a_text("commands", argument, "lines of commands")):
        server.ask(*words)
    return f"ran {' '.join(argument.split())}"


DAMAGES: dict[str, Callable[[Server, Any], str]] = {
    "flush": _flush,
    "drop": _drop,
    "deleteKeys": _delete_keys,
    "dropUser": _drop_user,
    "commands": _commands,
}
"""By the scenario's word.  What `commands` does only a comparison of snapshots can tell."""
