"""The phase output protocol: marker lines in a stream of text."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pytest_kanister._kanister.location import gojson
from pytest_kanister._kanister.operator.errkit import KanisterError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MARKER", "OutputReader", "Tail"]

MARKER = b"###Phase-output###:"
_TAIL_LINES = 10
_LONGEST_LINE_BYTES = 1 << 16
_LONGEST_TAIL_LINE_BYTES = 1 << 14


class Tail:
    """The last ten lines that are not blank."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_TAIL_LINES)

    def add(self, line: str) -> None:
        """One line without its end."""
        if line.strip():
            self._lines.append(line)

    def __str__(self) -> str:
        """Joined as Kanister joins them."""
        return "\r\n".join(self._lines)


class OutputReader:
    """Reads a stream in pieces of any size: key-value pairs, ordinary lines, the tail.

    A line that holds the marker may be as long as it likes; ordinary lines are cut into pieces
    of 64 KiB, so that a stream without line ends costs no memory.

    Args:
        on_line: called with each ordinary line (and what stands before a marker).
        carriage_returns: whether CR ends a line, too (KubeExec).
    """

    def __init__(
        self,
        on_line: Callable[[str], None] = lambda line: None,
        *,
        carriage_returns: bool = False,
    ) -> None:
        self.values: dict[str, str] = {}
        self.tail = Tail()
        self._on_line = on_line
        self._carriage_returns = carriage_returns
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> None:
        """The next piece of the stream.

        Raises:
            KanisterError: a payload that is not a key-value pair.
        """
        if self._carriage_returns:
            chunk = chunk.replace(b"\r", b"\n")
        self._rest += chunk
        if b"\n" in chunk:
            lines = bytes(self._rest).split(b"\n")
            self._rest = bytearray(lines.pop())
            for line in lines:
                self._line(line)
        if len(self._rest) > _LONGEST_LINE_BYTES and MARKER not in self._rest:
            keep = len(MARKER) - 1  # the marker may be torn at the end
            self._line(bytes(self._rest[:-keep]))
            del self._rest[:-keep]

    def tail_only(self, chunk: bytes) -> None:
        """The next piece of a stream in which markers mean nothing."""
        self._rest += chunk.replace(b"\r", b"\n") if self._carriage_returns else chunk
        lines = bytes(self._rest).split(b"\n")
        self._rest = bytearray(lines.pop()[-_LONGEST_LINE_BYTES:])
        for line in lines:
            self._ordinary(line)

    def last_lines(self) -> str:
        """The tail, an unfinished last line included."""
        if self._rest:
            self.tail.add(_text(bytes(self._rest)))
            self._rest.clear()
        return str(self.tail)

    def end(self) -> dict[str, str]:
        """The stream is over; returns the pairs, later ones having replaced earlier ones."""
        if self._rest:
            self._line(bytes(self._rest))
            self._rest.clear()
        return self.values

    def _line(self, line: bytes) -> None:
        before, marker, payload = line.partition(MARKER)
        if not marker:
            self._ordinary(line)
            return
        self.tail.add(_text(line))
        if before.strip():
            self._on_line(_text(before))
        if payload.strip():
            self._pair(payload.strip())

    def _ordinary(self, line: bytes) -> None:
        if line.strip():
            self.tail.add(_text(line))
            self._on_line(_text(line))

    def _pair(self, payload: bytes) -> None:
        try:
            pair = gojson.loads(payload.decode(errors="replace"))
        except ValueError as error:
            raise _no_pair(str(error)) from None
        if not isinstance(pair, dict):
            raise _no_pair(f"json: cannot unmarshal {_json_type(pair)} into Go value")
        # Go matches field names in any case, a later one replacing an earlier one.
        fields = {name.lower(): text for name, text in pair.items()}
        key, value = fields.get("key"), fields.get("value")
        for name, text in (("key", key), ("value", value)):
            if not isinstance(text, str | None):
                raise _no_pair(
                    f"json: cannot unmarshal {_json_type(text)} into Go struct field "
                    f"Output.{name} of type string"
                )
        self.values[key or ""] = value or ""


def _text(line: bytes) -> str:
    return line[:_LONGEST_TAIL_LINE_BYTES].decode(errors="replace").rstrip("\r")


def _no_pair(reason: str) -> KanisterError:
    return KanisterError("Failed to unmarshal key-value pair", cause=KanisterError(reason))


def _json_type(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "number"
