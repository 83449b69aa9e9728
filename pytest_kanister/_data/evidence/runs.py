"""Digests of large tables, in sorted runs in a file that nobody sees.

The file has no name from the start: it is gone when the snapshot is, or the process, however
that ends.  A run is 256 buckets by the digests' first byte; before them their sizes, so that one
bucket of all runs is read without the others.
"""

from __future__ import annotations

import os
import struct
import tempfile
import weakref
from bisect import bisect_left
from itertools import accumulate, pairwise
from operator import add
from typing import TYPE_CHECKING

from pytest_kanister._data.proof.digests import BUCKETS, DIGEST_BYTES, MODULUS, summed_joined
from pytest_kanister.errors import EnvironmentProblem, Unverified

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_kanister._data.proof.digests import Part

__all__ = ["RunFile", "StoredRuns"]

_MAGIC = b"kanister"
_HEADER = struct.Struct(f"<8s?7x{BUCKETS}Q{BUCKETS}Q")
"""Magic, whether keys are there, digests of each bucket, bytes of each bucket."""

_FIRST_BYTES = [bytes((i,)) for i in range(BUCKETS)]


class RunFile:
    """A nameless file under TMPDIR, of one snapshot: tables one after the other."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int:
        """Of the open file, made when first asked for."""
        if self._descriptor is None:
            try:
                file = tempfile.TemporaryFile(prefix="pytest-kanister-", buffering=0)  # noqa: SIM115 - the finalizer closes it
            except OSError as error:
                raise _no_room(error) from error
            weakref.finalize(self, file.close)
            self._descriptor = file.fileno()
        return self._descriptor

    def table(self) -> _Writer:
        """A `RunWriter`; one at a time."""
        return _Writer(self)

    def append(self, pieces: Sequence[bytes]) -> None:
        """Adds bytes at the end."""
        for piece in pieces:
            left = memoryview(piece)
            while left:
                try:
                    done = os.pwrite(self.descriptor, left, self.size_bytes)
                except OSError as error:
                    raise _no_room(error) from error
                self.size_bytes += done
                left = left[done:]


class _Writer:
    def __init__(self, file: RunFile) -> None:
        self._file = file
        self._start = file.size_bytes

    def write(self, digests: Sequence[bytes], keys: Sequence[bytes] | None) -> None:
        # Sorted together: a digest and its key are one text, cut apart again below.
        records = sorted(digests) if keys is None else sorted(map(add, digests, keys))
        bounds = [bisect_left(records, first) for first in _FIRST_BYTES] + [len(records)]
        counts = [end - start for start, end in pairwise(bounds)]
        pieces = []
        for start, end in pairwise(bounds):
            bucket = records[start:end]
            if keys is None:
                pieces.append(b"".join(bucket))
                continue
            tails = [record[DIGEST_BYTES:] for record in bucket]
            heads = [record[:DIGEST_BYTES] for record in bucket]
            pieces.append(b"".join([*heads, bytes(map(len, tails)), *tails]))
        header = _HEADER.pack(_MAGIC, keys is not None, *counts, *map(len, pieces))
        self._file.append([header, b"".join(pieces)])

    def finish(self) -> StoredRuns:
        file = self._file
        return StoredRuns(file, file.descriptor, self._start, file.size_bytes - self._start)


class StoredRuns:
    """Implements `Runs`: a region of an open file.

    Args:
        owner: keeps the file open.
        descriptor: the file.
        start: where the region begins, in bytes.
        size_bytes: its length.

    Raises:
        Unverified: the region does not hold whole runs.
    """

    def __init__(self, owner: object, descriptor: int, start: int, size_bytes: int) -> None:
        self._owner = owner
        self._descriptor = descriptor
        self.start = start
        self.size_bytes = size_bytes
        self._runs: list[tuple[bool, list[int], list[int]]] = []
        """With keys or not; how many digests each bucket has, and where it begins (last: ends)."""
        at, end = start, start + size_bytes
        while at < end:
            magic, keyed, *numbers = _HEADER.unpack(self._read(at, _HEADER.size))
            counts, sizes = numbers[:BUCKETS], numbers[BUCKETS:]
            begins = list(accumulate(sizes, initial=at + _HEADER.size))
            at = begins[-1]
            if magic != _MAGIC or at > end:
                raise _damaged("a run does not begin or end where it should")
            self._runs.append((keyed, counts, begins))

    def part(self, bucket: int) -> Part:
        """Implements `Runs`."""
        digests: list[bytes] = []
        keys: list[bytes] | None = []
        for keyed, counts, begins in self._runs:
            size = begins[bucket + 1] - begins[bucket]
            data = self._read(begins[bucket], size)
            end = counts[bucket] * DIGEST_BYTES
            if end + (counts[bucket] if keyed else 0) > size or (not keyed and end != size):
                raise _damaged("a run's bucket has another size than its header says")
            digests += [data[i : i + DIGEST_BYTES] for i in range(0, end, DIGEST_BYTES)]
            if not keyed:
                keys = None
            elif keys is not None:
                keys += _keys(data, end, counts[bucket])
        return digests, keys

    def check(self, count: int, total: int) -> None:
        """Reads everything once.

        Raises:
            Unverified: it is not those digests.
        """
        found = found_total = 0
        for _, counts, begins in self._runs:
            run = self._read(begins[0], begins[-1] - begins[0])
            for bucket, number in enumerate(counts):
                start = begins[bucket] - begins[0]
                digests = run[start : start + number * DIGEST_BYTES]
                if digests[::DIGEST_BYTES] != _FIRST_BYTES[bucket] * number:
                    raise _damaged("a digest is in another's bucket")
                found += number
                found_total += summed_joined(digests)
        if (found, found_total % MODULUS) != (count, total):
            raise _damaged(f"{found} digests are there of {count} rows, or others than they were")

    def pieces(self) -> Iterator[bytes]:
        """All its bytes, in pieces."""
        step = 1 << 20
        for at in range(0, self.size_bytes, step):
            yield self._read(self.start + at, min(step, self.size_bytes - at))

    def _read(self, at: int, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                piece = os.pread(self._descriptor, size - len(data), at + len(data))
            except OSError as error:
                raise _damaged(error.strerror or str(error)) from error
            if not piece:
                raise _damaged("it ends too early")
            data += piece
        return data


def _keys(data: bytes, at: int, count: int) -> list[bytes]:
    bounds = list(accumulate(data[at : at + count], initial=at + count))
    if bounds[-1] != len(data):
        raise _damaged("a run's keys have other sizes than it says")
    return [data[start:end] for start, end in pairwise(bounds)]


def _damaged(why: str) -> Unverified:
    return Unverified(f"the digests of a table cannot be read: {why}; take the snapshot again")


def _no_room(error: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"cannot keep a large table's digests in {tempfile.gettempdir()}: {error.strerror}",
        remedies=["name a folder with room in TMPDIR: about 30 bytes for each row"],
    )
