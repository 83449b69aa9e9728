"""What Kanister writes into `status.error.message`, as lines that a person can read.

Since 0.114.0 the outermost error's details stand in front as JSON (`null` without), and the end
of a failed pod's output is quoted in JSON once more.
"""

from __future__ import annotations

import difflib
import json
import re
from typing import Any

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES

__all__ = ["unfold", "ways_out", "without_details"]

_UNKNOWN_FUNCTION = re.compile(r"Requested function \{(.*?)\} has not been registered")
_EXIT = re.compile(r"ExitCode:(-?\d+),(?:Signal:\d+,)?(?:Reason:(\w*))?")
_LONGEST = 500


def unfold(message: str) -> str:
    """The message with its quoted errors one below the other, outermost first.

    What is not in one of those shapes comes back as it is.
    """
    details, text = _split(message)
    start = text.find('{"message"')
    chain: Any = {}
    if start >= 0:
        try:
            chain, end = json.JSONDecoder().raw_decode(text, start)
        except ValueError:
            return text
        text = text[:start].rstrip(": ") + text[end:]
    about = ", ".join(f"{key} {value}" for key, value in details.items())
    lines = [f"{text} ({about})" if about else text]
    while isinstance(chain, dict) and chain:
        lines += [_cut(line) for line in str(chain.get("message", "")).splitlines()]
        ends = _EXIT.findall(str((chain.get("details") or {}).get("status", "")))
        lines += [f"exit code {code}{f' ({reason})' if reason else ''}" for code, reason in ends]
        cause = chain.get("cause")
        chain = {"message": cause} if isinstance(cause, str) else cause
    return "\n".join(lines)


def without_details(message: str) -> str:
    """The message as Kanister's events quote it: without the details in front."""
    return _split(message)[1]


def ways_out(message: str) -> tuple[str, ...]:
    """What its reader may do now; nothing when the message itself must do."""
    unknown = _UNKNOWN_FUNCTION.search(message)
    if unknown is None:
        return ()
    near = difflib.get_close_matches(unknown[1], SIGNATURES, n=1)
    known = f"Kanister's functions: {', '.join(sorted(SIGNATURES))}"
    return (f"did you mean {near[0]}?", known) if near else (known,)


def _split(message: str) -> tuple[dict[str, Any], str]:
    if not message.startswith(("null: ", "{")):
        return {}, message
    try:
        details, end = json.JSONDecoder().raw_decode(message)
    except ValueError:
        return {}, message
    if not message[end:].startswith(": ") or not isinstance(details, dict | None):
        return {}, message
    return details or {}, message[end + 2 :]


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
