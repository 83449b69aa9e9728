"""What makes an object in the bucket a backup rather than a name: it is there, and it is whole."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_kanister._data.stores import Bucket, StoredObject

__all__ = ["faults_of", "gzip_fault"]

_GZIP = b"\x1f\x8b"
_CHUNK_BYTES = 2**20


def faults_of(bucket: Bucket, objects: Iterable[StoredObject]) -> tuple[list[str], int]:
    """What is wrong with objects, one sentence each; and how many are whole gzip streams."""
    faults, whole = [], 0
    for stored in objects:
        if not stored.size_bytes:
            faults.append(f"{stored.key} is empty (0 bytes)")
            continue
        body = bucket.get(stored.key)
        if not stored.key.endswith((".gz", ".tgz")) and not body.startswith(_GZIP):
            continue
        fault = gzip_fault(body)
        if fault:
            faults.append(f"{stored.key} ({stored.size_bytes:,} bytes): {fault}")
        else:
            whole += 1
    return faults, whole


def gzip_fault(body: bytes) -> str:
    """Why a gzip stream is not whole; empty when it is.  Its content is not kept in memory."""
    if not body.startswith(_GZIP):
        return "is not a gzip stream"
    rest, unpacked_bytes = body, 0
    try:
        while rest:
            member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            while not member.eof:
                chunk = member.decompress(rest, _CHUNK_BYTES)
                if not chunk and not member.unconsumed_tail and not member.eof:
                    return f"the gzip stream ends early, after {unpacked_bytes:,} unpacked bytes"
                unpacked_bytes += len(chunk)
                rest = member.unconsumed_tail
            rest = member.unused_data.lstrip(b"\0")
    except zlib.error as error:
        return f"the gzip stream is damaged: {error}"
    return "" if unpacked_bytes else "the gzip stream holds nothing"
