"""kanctl's command line: exit status 0 or 1, results on stdout, `Error: …` on stderr."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pytest_kanister._kanister.tools.kanctl.commands import (
    COMMANDS,
    ELSEWHERE,
    FLAGS,
    PERSISTENT,
    REQUIRED,
)
from pytest_kanister._kanister.tools.kando.flags import CommandError, Flag, parse
from pytest_kanister._kanister.tools.kando.usage import page
from pytest_kanister._model.resources import PROFILES
from pytest_kanister._wire import HttpApi, in_cluster, load_kubeconfig
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from pytest_kanister._model.api import Api, Object

__all__ = ["main"]

_RESOURCES = ("profile", "blueprint")


def main(arguments: Sequence[str]) -> int:
    """Runs one command; returns the exit status."""
    command, rest = _command(list(arguments))
    try:
        values, others = _parsed(command, rest)
    except CommandError as error:
        _complain(f"{error}\n{page('kanctl', COMMANDS, FLAGS, PERSISTENT, command)}")
        return 1
    if values["help"] == "true" or not _runnable(command, values):
        _say(page("kanctl", COMMANDS, FLAGS, PERSISTENT, command))
        return 0
    try:
        asyncio.run(_run(command, values, others))
    except (CommandError, ApiError, EnvironmentProblem) as error:
        _complain(str(error))
        return 1
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(f"Error: {text}\n")


def _command(arguments: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """The command's words, and the rest in its order; flags may stand before the command."""
    takers: set[str] = set()
    for flag in (item for flags in (*FLAGS.values(), *PERSISTENT.values()) for item in flags):
        if not flag.switch:
            takers |= {f"--{flag.name}", f"-{flag.short}"}
    words: tuple[str, ...] = ()
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        word = queue.pop(0)
        if word.startswith("-"):
            rest.append(word)
            if word in takers and queue:
                rest.append(queue.pop(0))
        elif (*words, word) in COMMANDS:
            words = (*words, word)
        else:
            rest.append(word)
    return words, rest


def _parsed(command: tuple[str, ...], rest: list[str]) -> tuple[dict[str, str], list[str]]:
    flags = [Flag("help", "h", "", switch=True), *FLAGS.get(command, [])]
    for depth in range(len(command) + 1):
        flags += PERSISTENT.get(command[:depth], [])
    for position, word in enumerate(rest):
        if (*command, word) in ELSEWHERE and not any(rest[:position]):
            what = ELSEWHERE[(*command, word)]
            path = " ".join((*command, word))
            raise CommandError(
                f"kanctl {path}: this kanctl does not make {what}; use the released kanctl"
            )
    values, others = parse(rest, flags)
    if others and command != ("validate",):
        path = " ".join(("kanctl", *command))
        raise CommandError(f'unknown command "{others[0]}" for "{path}"')
    missing = [f'"{name}"' for name in REQUIRED.get(command, ()) if not values[name]]
    if missing and values["help"] != "true":
        raise CommandError(f"required flag(s) {', '.join(missing)} not set")
    return values, others


def _runnable(command: tuple[str, ...], values: Mapping[str, str]) -> bool:
    if values.get("version") == "true":
        return True
    return command in (
        ("create", "actionset"),
        ("create", "profile", "s3compliant"),
        ("validate",),
    )


async def _run(command: tuple[str, ...], values: Mapping[str, str], others: list[str]) -> None:
    if values.get("version") == "true":
        from pytest_kanister._kanister.tools.kando.version import version_line

        _say(version_line())
        return
    if command == ("validate",) and others[:1] == ["blueprint"]:
        _validate_blueprint(values)
        return
    async with HttpApi(in_cluster() or load_kubeconfig()) as api:
        namespace = values["namespace"] or api.access.namespace
        if command == ("create", "actionset"):
            from pytest_kanister._kanister.tools.kanctl.actionset import create_actionset

            await create_actionset(api, namespace, values, _say)
        elif command == ("validate",):
            await _validate(api, values, others)
        else:
            from pytest_kanister._kanister.tools.kanctl.profile import create_s3_profile

            await create_s3_profile(api, namespace, values, _say)


async def _validate(api: Api, values: Mapping[str, str], others: list[str]) -> None:
    from pytest_kanister._kanister.tools.kanctl.validation import validate_profile

    if len(others) != 1:
        raise CommandError(f"accepts 1 arg(s), received {len(others)}")
    if others[0] not in _RESOURCES:
        raise CommandError(f"resource {others[0]} is not supported for validate subcommand")
    if values["name"]:
        profile = await api.get(PROFILES, values["name"], values["resource-namespace"])
    else:
        profile = _read(values["filename"])
    only_schema = values["schema-validation-only"] == "true"
    await validate_profile(api, profile, _say, schema_only=only_schema)


def _validate_blueprint(values: Mapping[str, str]) -> None:
    from pytest_kanister._kanister.tools.kanctl.validation import check_blueprint

    if values["name"] and not values["filename"]:
        raise CommandError("--name: a blueprint is validated from a file: use --filename")
    check_blueprint(_read(values["filename"]), _say)


def _read(filename: str) -> Object:
    """The file's first document; `-` is stdin."""
    if not filename:
        raise CommandError("neither name nor filename specified")
    try:
        text = sys.stdin.read() if filename == "-" else Path(filename).read_text(encoding="utf-8")
        document: Any = next(iter(yaml.safe_load_all(text)), None)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CommandError(f"open {filename}: {reason}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise CommandError(f"{filename}{place}: expected YAML: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CommandError(f"{filename}: expected YAML in UTF-8: {error}") from error
    if not isinstance(document, dict):
        raise CommandError(f"{filename}: expected an object, found {type(document).__name__}")
    return document


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
