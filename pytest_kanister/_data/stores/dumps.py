"""Whether what was stored can be a backup at all: whole, not empty, as the store says it is."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._data.stores.protocol import StoredObject

__all__ = ["check_dump", "check_stored"]

_GZIP_MAGIC = b"\x1f\x8b"
_PIECE_BYTES = 64 * 1024
# The first line of mysqldump and mariadb-dump; the latter puts a command for its client before.
_MYSQL_DUMPS = (b"-- MySQL dump", b"-- MariaDB dump", b"/*M!999999")
_MYSQL_DUMP_END = b"-- Dump completed"
_TAIL_BYTES = 200


def check_stored(
    stored: StoredObject, body: bytes, checksum: str = "", *, md5_tags: bool = True
) -> str | None:
    """Why what is read back is not what the store says it holds; None when nothing speaks for it.

    Args:
        stored: as it is listed.
        body: as it is read.
        checksum: `SHA256 …` as in `StoredVersion`; an algorithm that Python lacks (CRC32C and
            CRC64NVME) is not judged.
        md5_tags: entity tags are MD5, as those of every server that does not encrypt with keys
            of its user's.
    """
    if len(body) != stored.size_bytes:
        return f"{stored.size_bytes} bytes are listed, {len(body)} can be read"
    # The tag of an object that came in parts is no MD5 of the whole; it has a dash in it.
    tag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    if md5_tags and re.fullmatch(r"[0-9a-f]{32}", stored.etag) and stored.etag != tag:
        return f"its entity tag is {stored.etag}, its content has {tag}"
    algorithm, _, told = checksum.partition(" ")
    found = {
        "SHA256": lambda: hashlib.sha256(body).digest(),
        "SHA1": lambda: hashlib.sha1(body, usedforsecurity=False).digest(),
        "CRC32": lambda: zlib.crc32(body).to_bytes(4, "big"),
    }.get(algorithm)
    if found and "-" not in told and (own := base64.b64encode(found()).decode()) != told:
        return f"its {algorithm} checksum is {told}, its content has {own}"
    return None


def check_dump(body: bytes) -> str | None:
    """Why a stored object cannot be a whole dump; None when nothing speaks against it.

    A dump that failed early still leaves 20 bytes of well-formed gzip behind when the shell does
    not look at the pipe's exit codes; a cut one is restored as far as it goes.  mysqldump ends
    with a line of its own when it came to its end, unless its comments were switched off.
    """
    if not body:
        return "the object is empty"
    head, tail, size_bytes = b"", b"", 0
    try:
        for piece in _unpacked(body):
            head = (head + piece[:_TAIL_BYTES])[:_TAIL_BYTES]
            tail = (tail + piece)[-_TAIL_BYTES:]
            size_bytes += len(piece)
    except (zlib.error, EOFError) as error:
        return f"its gzip is damaged after {size_bytes} unpacked bytes: {error}"
    if not size_bytes:
        return f"its gzip ({len(body)} bytes) is whole but holds nothing"
    if head.startswith(_MYSQL_DUMPS) and _MYSQL_DUMP_END not in tail.rstrip().rsplit(b"\n", 1)[-1]:
        return "mysqldump did not come to its end: the line '-- Dump completed' is missing"
    return None


def _unpacked(body: bytes) -> Iterator[bytes]:
    """Pieces of the content; gzip may have several members, as `cat a.gz b.gz` makes them."""
    if not body.startswith(_GZIP_MAGIC):
        yield body
        return
    view, at = memoryview(body), 0
    while at < len(body):
        member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        while not member.eof:
            piece = view[at : at + _PIECE_BYTES]
            if not piece:
                raise EOFError("it is cut off")
            yield member.decompress(piece)
            at += len(piece) - len(member.unused_data)
