"""kando's commands, flags and help texts, laid out as cobra prints them."""

from __future__ import annotations

from pytest_kanister._kanister.tools.kando.flags import Flag

__all__ = ["COMMANDS", "FLAGS", "PERSISTENT", "page", "usage"]

COMMANDS: dict[tuple[str, ...], tuple[str, str]] = {
    (): ("kando [command]", "A set of tools used from Kanister Blueprints"),
    ("location",): (
        "kando location [command]",
        "Push, pull from and delete from object storage locations",
    ),
    ("location", "push"): (
        "kando location push <source> [flags]",
        "Push a source file or stdin stream to s3-compliant object storage",
    ),
    ("location", "pull"): (
        "kando location pull <target> [flags]",
        "Pull from s3-compliant object storage to a file or stdout",
    ),
    ("location", "delete"): (
        "kando location delete [flags]",
        "Delete artifacts from s3-compliant object storage",
    ),
    ("output",): ("kando output <key> <value> [flags]", "Create phase output with given key:value"),
}
"""Command words → usage line, one line of help."""

_HELP = "help for {}"
_KOPIA = Flag(
    "kopia-snapshot", "k", "Pass the kopia snapshot information from the location push command"
)
FLAGS: dict[tuple[str, ...], list[Flag]] = {
    (): [Flag("version", "", "version for kando", switch=True)],
    ("location", "push"): [
        Flag(
            "output-name",
            "o",
            "Specify a name to be used for the output produced by kando",
            default="kandoOutput",
        )
    ],
    ("location", "pull"): [_KOPIA],
    ("location", "delete"): [_KOPIA],
}
"""A command's own flags."""

PERSISTENT: dict[tuple[str, ...], list[Flag]] = {
    (): [
        Flag(
            "verbosity",
            "v",
            "Log level (debug, info, warn, error, fatal, panic)",
            default="warning",
        )
    ],
    ("location",): [
        Flag("path", "s", "Specify a path suffix (optional)"),
        Flag("profile", "p", "Pass a Profile as a JSON string (required)"),
        # Kanister 0.119.0 has them, later releases have not; ours refuses them by name.
        Flag("repository-server", "r", "", hidden=True),
        Flag("repository-server-user-hostname", "c", "", hidden=True),
    ],
}
"""Flags that the commands below inherit."""


def usage(command: tuple[str, ...]) -> str:
    """The text that follows an error, or `--help`."""
    return page("kando", COMMANDS, FLAGS, PERSISTENT, command)


def page(
    program: str,
    commands: dict[tuple[str, ...], tuple[str, str]],
    flags: dict[tuple[str, ...], list[Flag]],
    persistent: dict[tuple[str, ...], list[Flag]],
    command: tuple[str, ...],
) -> str:
    """A command's help as cobra lays it out.

    Args:
        program: its name.
        commands: command words → usage line, one line of help.
        flags: a command's own flags.
        persistent: flags that the commands below inherit.
        command: whose help it is.
    """
    line, _ = commands[command]
    below = [words for words in commands if len(words) == len(command) + 1]
    children = [words for words in below if words[: len(command)] == command]
    own = list(flags.get(command, []))
    inherited: list[Flag] = []
    for depth in range(len(command) + 1):
        words = command[:depth]
        (own if words == command else inherited).extend(persistent.get(words, []))
    name = command[-1] if command else program
    own.append(Flag("help", "h", _HELP.format(name), switch=True))
    parts = [f"Usage:\n  {line}\n"]
    if children:
        width = max(len(words[-1]) for words in children) + 3
        rows = [f"  {words[-1]:<{width}}{commands[words][1]}" for words in sorted(children)]
        parts.append("Available Commands:\n" + "\n".join(rows) + "\n")
    parts.append("Flags:\n" + _flag_rows(own))
    if inherited:
        parts.append("Global Flags:\n" + _flag_rows(inherited))
    if children:
        path = " ".join((program, *command))
        parts.append(f'Use "{path} [command] --help" for more information about a command.\n')
    return "\n".join(parts)


def _flag_rows(flags: list[Flag]) -> str:
    left: list[tuple[str, str]] = []
    for flag in sorted(flags, key=lambda flag: flag.name):
        if flag.hidden:
            continue
        short = f"-{flag.short}, " if flag.short else "    "
        kind = "" if flag.switch else f" {flag.kind}"
        default = f' (default "{flag.default}")' if flag.default else ""
        left.append((f"  {short}--{flag.name}{kind}", flag.text + default))
    width = max(len(start) for start, _ in left) + 3
    return "".join(f"{start:<{width}}{text}\n" for start, text in left)
