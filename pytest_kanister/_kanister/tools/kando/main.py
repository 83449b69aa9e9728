"""kando's commands, exit statuses and signals."""

from __future__ import annotations

import os
import signal
import sys

from pytest_kanister._kanister.tools.kando.flags import CommandError, Flag, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

__all__ = ["main"]

_FAILED = 69
"""Every error since Kanister 0.114.0; releases before exit 1."""

_ELSEWHERE = ("chronicle", "stream", "process")
_TAKERS = {"-v", "--verbosity", "-s", "--path", "-p", "--profile", "-r", "--repository-server"}
_TAKERS |= {"-c", "--repository-server-user-hostname"}
_LEVELS = ("panic", "fatal", "error", "warn", "warning", "info", "debug", "trace")


class _Killed(BaseException):
    """A signal that ends the program, raised so that a half-done upload is thrown away."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: list[str]) -> int:
    """Runs one command; returns the exit status: 0, 69, or 2 for what crashes the real one."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _on_signal)
    # A reader that went away ends us quietly, as it does any program in a pipe.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    command: tuple[str, ...] = ()
    try:
        command, rest = _command(arguments)
        _run(command, rest)
    except CommandError as error:
        from pytest_kanister._kanister.tools.kando.usage import usage

        _say(f"Error: {error}\n{usage(command)}\n")
        return _FAILED
    except _Killed as killed:
        signal.signal(killed.number, signal.SIG_DFL)
        os.kill(os.getpid(), killed.number)
    return 0


def _on_signal(number: int, frame: FrameType | None) -> None:
    raise _Killed(number)


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _command(arguments: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Splits the command's words from the rest, which keeps its order.

    Words before the command may be flags of the root (`-v debug location push …`).
    """
    from pytest_kanister._kanister.tools.kando.usage import COMMANDS

    words: tuple[str, ...] = ()
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        word = queue.pop(0)
        if word == "--":
            rest += [word, *queue]
            break
        if word.startswith("-") and word != "-":
            rest.append(word)
            takes_value = word in _TAKERS
            if takes_value and queue:
                rest.append(queue.pop(0))
        elif (*words, word) in COMMANDS:
            words = (*words, word)
        else:
            rest += [word, *queue]
            break
    return words, rest


def _run(command: tuple[str, ...], arguments: list[str]) -> None:
    from pytest_kanister._kanister.tools.kando.usage import FLAGS, PERSISTENT, usage

    flags = [Flag("help", "h", "", switch=True), *FLAGS.get(command, [])]
    for depth in range(len(command) + 1):
        flags += PERSISTENT.get(command[:depth], [])
    if not command and arguments and not arguments[0].startswith("-"):
        _unknown(arguments[0], "kando")
    values, rest = parse(arguments, flags)
    if values["help"] == "true":
        print(usage(command))  # noqa: T201  # help goes to stdout
        return
    if values["verbosity"] not in _LEVELS:
        raise CommandError(f'not a valid logrus Level: "{values["verbosity"]}"')
    if values.get("version") == "true":
        from pytest_kanister._kanister.tools.kando.version import version_line

        print(version_line())  # noqa: T201  # kando's own stdout
        return
    if command == ("output",):
        from pytest_kanister._kanister.tools.kando.output import print_output

        print_output(rest)
    elif len(command) == 2:
        _transfer(command[1], rest, values)
    elif rest:
        _unknown(rest[0], " ".join(("kando", *command)))
    else:
        print(usage(command))  # noqa: T201  # help goes to stdout


def _unknown(word: str, parent: str) -> None:
    if word in _ELSEWHERE and parent == "kando":
        raise CommandError(
            f"kando {word}: the embedded kando does not have it; run this Blueprint on backend "
            "kind or kubeconfig, where the image's own kando does"
        )
    raise CommandError(f'unknown command "{word}" for "{parent}"')


def _transfer(verb: str, rest: list[str], values: dict[str, str]) -> None:
    from pytest_kanister._kanister.location.errors import LocationError
    from pytest_kanister._kanister.tools.kando.transfer import delete, pull, push

    if verb != "delete" and len(rest) != 1:
        raise CommandError(f"accepts 1 arg(s), received {len(rest)}")
    try:
        {"push": push, "pull": pull, "delete": delete}[verb](rest, values)
    except LocationError as error:
        raise CommandError(str(error)) from error
