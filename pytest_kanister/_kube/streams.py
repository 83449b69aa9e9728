"""A command's output, known to be whole: counted where it was written, and ended by a word.

The API's exec says how a command ended, but not how much it wrote: a relay that loses the last
frames reports success all the same.  So the container counts (with `dd`, which every image has)
and says so on the other channel, behind a word that nobody else knows.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._kube.execution import ExecResult

__all__ = ["checked", "counted"]

# dd's own words and the command's status go through the command substitution, the data past it.
_SCRIPT = """
word=$1; shift; exec 4>&1 5>&2
said=$( { { "$@" 2>&5 3>&-; echo "status $?" >&3; } | LC_ALL=C dd bs=65536 >&4 3>&-; } 3>&1 2>&1 )
printf '\\n%s\\n%s\\n' "$word" "$said" >&2
"""


def counted(command: Sequence[str]) -> tuple[list[str], str]:
    """The command inside of a shell that counts, and the word to look for."""
    word = secrets.token_hex(12)
    return ["sh", "-c", _SCRIPT, "counted", word, *command], word


def checked(result: ExecResult, word: str) -> tuple[int, bytes, bytes]:
    """Exit status, output and error output of the command itself.

    Args:
        result: of what `counted` made.
        word: the same.

    Raises:
        Unverified: the end did not come, or another number of bytes than were written.
    """
    stderr, mark, said = result.stderr.rpartition(b"\n" + word.encode() + b"\n")
    if not mark:
        raise Unverified(
            f"a command's output ended without its end after {len(result.stdout)} bytes, so it is "
            f"not known to be whole: {result.stderr[-200:].decode(errors='replace').strip()}"
        )
    text = said.decode(errors="replace")
    status, count = re.search(r"status (\d+)", text), re.search(r"(\d+) bytes", text)
    if status is None or count is None:
        raise Unverified(
            f"a command's output cannot be counted in its container: {text.strip()[-200:]}"
        )
    if int(count[1]) != len(result.stdout):
        raise Unverified(
            f"a command wrote {count[1]} bytes and {len(result.stdout)} came: its output is not "
            "whole"
        )
    return int(status[1]), result.stdout, stderr
