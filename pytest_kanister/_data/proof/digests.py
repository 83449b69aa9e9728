"""The rows of a large table as digests: equal exactly when the multisets of rows are.

128 bits of BLAKE2b for each row; their number and their sum modulo 2^128 are the table's content.
(Not XOR: two equal rows would cancel out.)  The digests themselves, in sorted runs somewhere
else, tell later which rows are not shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from pytest_kanister._data.proof.canonical import Row
    from pytest_kanister._data.proof.encoding import Encoding

__all__ = [
    "BUCKETS",
    "DIGEST_BYTES",
    "Part",
    "Reread",
    "RowDigests",
    "Runs",
    "digests_of",
    "summed",
    "summed_joined",
]

DIGEST_BYTES = 16
MODULUS = 1 << 8 * DIGEST_BYTES
BUCKETS = 256
"""By a digest's first byte: what is compared at once is a 256th of a table."""

Reread = Callable[[], "Iterator[Sequence[bytes]]"]
"""Opens the table as it is now; yields batches of encoded rows.  Closing it early is allowed.

Raises `EnvironmentProblem` when the server is gone, `UsageProblem` when the table is.
"""

Part = tuple[list[bytes], "list[bytes] | None"]
"""Digests of one bucket, in any order, and the row keys beside them (None: not kept)."""


class Runs(Protocol):
    """All digests of a table, wherever they are."""

    def part(self, bucket: int) -> Part:
        """Those whose first byte is `bucket`.

        Raises:
            Unverified: what was stored cannot be read any more.
        """
        ...


@dataclass(frozen=True)
class RowDigests:
    """A table's rows without the rows.

    Attributes:
        encoding: name of the form in which rows were digested.
        count: number of rows, duplicates counted.
        total: sum of their digests, as little-endian numbers, modulo 2^128.
        runs: the digests; None: not kept, so a difference can be told but not located.
        reread: reads the table as it is now, to show rows that are there; None: it is not at hand.
    """

    encoding: str
    count: int
    total: int
    runs: Runs | None = field(default=None, compare=False, repr=False)
    reread: Reread | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def of(rows: Counter[Row], encoding: Encoding) -> RowDigests:
        """Of rows that are in memory, so that they can be compared with rows that are not."""
        encoded = [encoding.encode(row) for row in rows]
        total = sum(
            int.from_bytes(digest, "little") * times
            for digest, times in zip(digests_of(encoded), rows.values(), strict=True)
        )
        return RowDigests(encoding.name, rows.total(), total % MODULUS)


def digests_of(rows: Iterable[bytes]) -> list[bytes]:
    """One digest for each encoded row."""
    # A copy of an empty one takes two thirds of the time of making one with its parameters.
    new, digests = _EMPTY.copy, []
    for row in rows:
        digest = new()
        digest.update(row)
        digests.append(digest.digest())
    return digests


_EMPTY = blake2b(digest_size=DIGEST_BYTES)


def summed(digests: Iterable[bytes]) -> int:
    """The sum of digests as little-endian numbers, not yet reduced."""
    return summed_joined(b"".join(digests))


def summed_joined(digests: bytes) -> int:
    """The same of digests that stand one after the other.

    Each digest of its own as a Python integer costs as much as a third of the digest.  So
    `_LANES` of them are one long integer, folded in the middle until one lane is left.
    """
    total = 0
    step = _LANES * DIGEST_BYTES
    for start in range(0, len(digests), step):
        lanes = int.from_bytes(digests[start : start + step], "little")
        # Every second lane, so that each has room for what carries over.
        even, halves = _masks()
        lanes = (lanes & even) + (lanes >> 8 * DIGEST_BYTES & even)
        for width, low in halves:
            lanes = (lanes >> width) + (lanes & low)
        total += lanes
    return total


_LANES = 1024


@cache
def _masks() -> tuple[int, list[tuple[int, int]]]:
    """Ones in every second lane; then widths in bits, and masks, of each half to be folded."""
    bits = 8 * DIGEST_BYTES
    even = sum((MODULUS - 1) << 2 * bits * lane for lane in range(_LANES // 2))
    widths = []
    lanes = _LANES // 2
    while lanes > 1:
        lanes //= 2
        widths.append((2 * bits * lanes, (1 << 2 * bits * lanes) - 1))
    return even, widths
