"""What an action did to a bucket, and whether a stored dump can be one at all."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_kanister._data.stores.protocol import Bucket, StoredObject

__all__ = ["Ledger", "LedgerChange", "check_dump"]


@dataclass(frozen=True)
class LedgerChange:
    """What happened between two looks; each list in key order.  False when nothing did.

    Attributes:
        added: objects that were not there.
        removed: objects that are no longer there, as they were.
        changed: (as it was, as it is) for objects with another size or entity tag.
    """

    added: tuple[StoredObject, ...]
    removed: tuple[StoredObject, ...]
    changed: tuple[tuple[StoredObject, StoredObject], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        lines = [f"+ {new.key} ({new.size_bytes} bytes)" for new in self.added]
        lines += [f"- {old.key} ({old.size_bytes} bytes)" for old in self.removed]
        lines += [
            f"~ {new.key} ({old.size_bytes} -> {new.size_bytes} bytes)" for old, new in self.changed
        ]
        return "\n".join(lines) or "nothing changed"


@dataclass(frozen=True)
class Ledger:
    """A bucket's objects at one moment, by key."""

    objects: Mapping[str, StoredObject]

    @staticmethod
    def of(bucket: Bucket) -> Ledger:
        """Looks into the bucket now."""
        return Ledger({stored.key: stored for stored in bucket.objects()})

    def since(self, earlier: Ledger) -> LedgerChange:
        """What is different from an earlier look."""
        old, new = earlier.objects, self.objects
        return LedgerChange(
            added=tuple(new[key] for key in sorted(new.keys() - old.keys())),
            removed=tuple(old[key] for key in sorted(old.keys() - new.keys())),
            changed=tuple(
                (old[key], new[key])
                for key in sorted(old.keys() & new.keys())
                if old[key] != new[key]
            ),
        )


_GZIP_MAGIC = b"\x1f\x8b"
_PIECE_BYTES = 64 * 1024
# The first line of mysqldump and mariadb-dump; the latter puts a command for its client before.
_MYSQL_DUMPS = (b"-- MySQL dump", b"-- MariaDB dump", b"/*M!999999")
_MYSQL_DUMP_END = b"-- Dump completed"
_TAIL_BYTES = 200


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
