"""One line of the phase output protocol."""

from __future__ import annotations

from pytest_kanister._kanister.tools.kando.flags import CommandError

__all__ = ["print_output"]

_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def print_output(arguments: list[str]) -> None:
    """Writes `###Phase-output###: {"key":…,"value":…}` to stdout.

    Raises:
        CommandError: not two arguments, or a key that is no identifier.
    """
    import json
    import os
    import re

    if len(arguments) != 2:
        raise CommandError(f"Command accepts 2 arguments, received {len(arguments)} arguments")
    key, value = arguments
    if not key:
        raise CommandError("Key should not be empty")
    if not re.fullmatch(r"[a-zA-Z0-9_]+", key):
        raise CommandError("Key should contain only alphanumeric characters and underscore")
    # The shell hands over bytes; Go replaces what is not UTF-8.
    text = json.dumps(os.fsencode(value).decode(errors="replace"), ensure_ascii=False)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    line = f'###Phase-output###: {{"key":"{key}","value":{text}}}\n'
    data = line.encode()
    while data:
        data = data[os.write(1, data) :]
