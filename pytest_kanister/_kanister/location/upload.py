"""A stream of unknown length into one object, in constant memory."""

from __future__ import annotations

import contextlib

from pytest_kanister._kanister.location.errors import LocationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from pytest_kanister._kanister.location.client import S3Client

    class _Source(Protocol):
        def readinto(self, buffer: memoryview, /) -> int | None: ...


__all__ = ["upload"]

_PART_BYTES = 8 << 20
_LARGE_PART_BYTES = 32 << 20
_LARGE_FROM_PART = 501
"""S3 allows 10,000 parts: 500 small and 9,500 large ones make about 300 GiB."""


def upload(client: S3Client, key: str, source: _Source) -> int:
    """Uploads until the source ends; returns how many bytes.

    The object comes into being with the last request and not before: a stream below one part's
    size goes as one PUT, anything longer in parts.  Whatever breaks in between leaves no object;
    the parts are thrown away if the store still answers.

    Raises:
        S3Error: the store refused or could not be reached.
        OSError: the source cannot be read.
    """
    buffer = memoryview(bytearray(_PART_BYTES))
    filled = _fill(source, buffer)
    if filled < _PART_BYTES:
        client.put(key, buffer[:filled])
        return filled
    upload_id = client.start_multipart(key)
    try:
        total = 0
        etags: list[str] = []
        while filled:
            etags.append(client.put_part(key, upload_id, len(etags) + 1, buffer[:filled]))
            total += filled
            if filled < len(buffer):
                break
            if len(etags) + 1 == _LARGE_FROM_PART:
                buffer = memoryview(bytearray(_LARGE_PART_BYTES))
            filled = _fill(source, buffer)
        client.complete_multipart(key, upload_id, etags)
    except BaseException:  # a signal, too, must leave no parts behind
        client.close()
        # Best effort: without completion there is no object either way.
        with contextlib.suppress(LocationError):
            client.abort_multipart(key, upload_id)
        raise
    return total


def _fill(source: _Source, buffer: memoryview) -> int:
    """Reads until the buffer is full or the source ends."""
    filled = 0
    while filled < len(buffer):
        count = source.readinto(buffer[filled:])
        if not count:
            break
        filled += count
    return filled
