"""The command line: `pytest-kanister`, also `python -m pytest_kanister`.

Exit codes everywhere: 0 proven, 1 different, 2 usage, 3 unverified, 4 environment.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from pytest_kanister.errors import KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

COMMANDS = {
    "demo": ("demo", "the Kanister tutorial's round trip, step by step, with its proof"),
    "try": ("try_", "a round trip with your Blueprint, without writing a scenario"),
    "lint": ("lint", "what reading a Blueprint shows: what fails, loses data or hides errors"),
    "render": ("render", "a Blueprint's templates filled in, without a cluster"),
    "snapshot": ("snapshot", "a database server's whole content as a file, for a script's own use"),
    "diff": ("diff", "what two such files do not share"),
    "scenarios": ("scenarios", "the scenarios that come along"),
    "schema": ("schema", "the JSON schema of scenario files, or of the report"),
    "cluster": ("cluster", "up, down, env, status: an embedded cluster to play with"),
    "kanctl": ("kanctl", "Kanister's command line: create actionset, create profile, validate"),
    "operator": ("operator", "our operator stands in for Kanister on a cluster that has none"),
    "cleanup": ("cleanup", "find and remove what runs have left on a cluster"),
    "doctor": ("doctor", "what this machine gets, why, and how to mend what is missing"),
}
"""Word on the command line → module of `_cli` whose `main(arguments)` does it, and its help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit status."""
    width = max(map(len, COMMANDS))
    parser = argparse.ArgumentParser(
        prog="pytest-kanister",
        description="Proves that what a Kanister Blueprint backs up comes back.",
        epilog="commands:\n"
        + "\n".join(f"  {word:<{width}}  {text}" for word, (_, text) in COMMANDS.items())
        + "\n\nexit status: 0 proven, 1 different, 2 usage, 3 unverified, 4 environment",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="say which version this is")
    parser.add_argument("command", nargs="?", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    chosen = parser.parse_args(argv)
    if chosen.version:
        sys.stdout.write(f"pytest-kanister {_version()}\n")
        return 0
    if chosen.command is None:
        parser.print_help(sys.stderr)
        return 2
    module, _ = COMMANDS[chosen.command]
    try:
        status: int = import_module(f"pytest_kanister._cli.{module}").main(chosen.arguments)
        sys.stdout.flush()
    except KanisterHarnessError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # The reader has gone (`| head`); Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return status


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pytest-kanister")
    except PackageNotFoundError:
        return "from a checkout that is not installed"


if __name__ == "__main__":
    sys.exit(main())
