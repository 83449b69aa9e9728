"""COPY read off the connection's socket, many rows at a time.

libpq logs in and runs everything else.  While it has nothing to do its socket is idle, so a query
can be sent and its whole answer read beside it: `CopyData` messages, a row each, up to
`ReadyForQuery`, after which libpq goes on as if nothing had been.  A row costs a slice here; by
libpq and psycopg it costs three copies and four objects.

Source: "Message Formats" and "COPY Operations" of PostgreSQL's frontend/backend protocol 3.
"""

from __future__ import annotations

import os
import socket
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Refused", "rows_off_the_wire"]

_READ_BYTES = 256 * 1024
_HEADER = Struct(">BI")
"""Kind of message; its length, which counts its own four bytes but not the kind."""

_ROW, _ERROR, _READY = b"dEZ"


class Refused(Exception):
    """The server's word.

    Attributes:
        state: SQLSTATE, five characters; empty: it hung up.
        text: what it said.
    """

    def __init__(self, state: str, text: str) -> None:
        super().__init__(text)
        self.state = state
        self.text = text


class _Read(NamedTuple):
    rows: list[bytes]
    rest: bytes
    missing: int
    refused: Refused | None
    ready: bool


def rows_off_the_wire(libpq: Any, query: bytes, timeout_s: float) -> Iterator[list[bytes]]:
    """Lines of a `COPY … TO STDOUT` without their ends.

    Args:
        libpq: psycopg's `pgconn`, idle, neither TLS nor GSS on it.
        query: one COPY.
        timeout_s: without a byte.

    Raises:
        Refused: by the server, at once, between two rows, or by hanging up.
        OSError: the connection broke, or `TimeoutError`.
    """
    with socket.socket(fileno=os.dup(libpq.socket)) as wire:
        wire.settimeout(timeout_s)  # it stays non-blocking underneath, as libpq wants it
        wire.sendall(b"Q" + (len(query) + 5).to_bytes(4, "big") + query + b"\0")
        refused = None
        rest, missing = b"", 0
        while True:
            found = _parsed(rest + _received(wire, missing, refused))
            refused = found.refused or refused
            if found.rows:
                yield found.rows
            if found.ready:
                break
            rest, missing = found.rest, found.missing
        if refused:
            raise refused


def _parsed(data: bytes) -> _Read:
    rows: list[bytes] = []
    refused, missing = None, 0
    at, size = 0, len(data)
    append, header = rows.append, _HEADER.unpack_from
    whole = size - 5
    while at <= whole:  # once for each row
        kind, length = header(data, at)
        end = at + 1 + length
        if end > size:
            missing = end - size
            break
        if kind == _ROW:
            append(data[at + 5 : end - 1])
        elif kind == _ERROR:
            refused = _refusal(data[at + 5 : end])
        elif kind == _READY:
            return _Read(rows, b"", 0, refused, ready=True)
        at = end
    return _Read(rows, data[at:], missing, refused, ready=False)


def _received(wire: socket.socket, missing: int, refused: Refused | None) -> bytes:
    """What has come; all of `missing` bytes of one message where they are many."""
    pieces = []
    while True:
        data = wire.recv(max(_READ_BYTES, missing))
        if not data:
            raise refused or Refused("", "it closed the connection")
        pieces.append(data)
        missing -= len(data)
        if missing <= _READ_BYTES:
            return b"".join(pieces)


def _refusal(body: bytes) -> Refused:
    fields = {field[:1]: field[1:].decode("utf-8", "replace") for field in body.split(b"\0")}
    return Refused(fields.get(b"C", "?????"), fields.get(b"M", "no reason given"))
