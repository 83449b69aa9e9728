"""`Collector`: how a workload's rows become a `Table`, kept whole or as digests, by size.

Every table begins whole.  One that grows over the bounds is turned into digests where it stands,
and the rest of it never is in memory.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from pytest_kanister._data.proof.canonical import canonical
from pytest_kanister._data.proof.digests import MODULUS, RowDigests, digests_of, summed
from pytest_kanister._data.proof.snapshot import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pytest_kanister._data.proof.canonical import Column, Row
    from pytest_kanister._data.proof.digests import Reread, Runs
    from pytest_kanister._data.proof.encoding import Encoding

__all__ = ["FULL_BYTES", "FULL_ROWS", "Collector", "RunWriter"]

FULL_ROWS = 100_000
FULL_BYTES = 64 * 1024 * 1024
"""Of one table that is kept whole.  Python needs about 100 bytes for each cell beside."""

FULL_ROWS_ALL = 1_000_000
FULL_BYTES_ALL = 512 * 1024 * 1024
"""Of all whole tables of a snapshot together."""

RUN_ROWS = 125_000
"""Digests that are sorted at once: about 12 MiB.  Twice as many cost a sixth more a row."""

LONGEST_KEY = 254
"""Bytes of an encoded key that is kept beside its digest; of longer ones none is."""

_BATCH_ROWS = 8192
_BATCH_BYTES = 4 * 1024 * 1024


class RunWriter(Protocol):
    """Takes one table's digests, run by run."""

    def write(self, digests: Sequence[bytes], keys: Sequence[bytes] | None) -> None:
        """One run, in any order.

        Args:
            digests: of rows.
            keys: the encoded key of each row, at most `LONGEST_KEY` bytes, or nothing; None: the
                table has none.

        Raises:
            EnvironmentProblem: there is no room for it.
        """
        ...

    def finish(self) -> Runs:
        """What was written, to be read."""
        ...


class Collector:
    """Makes tables of one snapshot.

    Args:
        new_runs: opens a place for one table's digests; None: count and sum only, so that a
            difference in a large table is found but not located.
        full_rows: rows of one table that is kept whole.
        full_bytes: their size, encoded.
        full_rows_all: rows of all whole tables together.
        full_bytes_all: their size.
    """

    def __init__(
        self,
        new_runs: Callable[[], RunWriter] | None = None,
        *,
        full_rows: int = FULL_ROWS,
        full_bytes: int = FULL_BYTES,
        full_rows_all: int = FULL_ROWS_ALL,
        full_bytes_all: int = FULL_BYTES_ALL,
    ) -> None:
        self._new_runs = new_runs
        self._full_rows = full_rows
        self._full_bytes = full_bytes
        self._left_rows = full_rows_all
        self._left_bytes = full_bytes_all

    def table(
        self,
        columns: Sequence[Column],
        batches: Iterable[Sequence[bytes]],
        *,
        encoding: Encoding,
        key: Sequence[str] = (),
        definition: Mapping[str, str] | None = None,
        raw: Collection[int] = (),
        reread: Reread | None = None,
    ) -> Table:
        """Reads all rows.

        Args:
            columns: in the order of the rows' cells.
            batches: lists of encoded rows, of any length.
            encoding: their form.
            key: names of the primary key's columns, none: it has no key.
            definition: the table's properties.
            raw: positions of columns whose cells are the engine's text but not yet canonical
                (`canonical` tells why).  They cost: such rows are taken apart one by one.
            reread: yields batches in the same way, later, once more.
        """
        names = [column.name for column in columns]
        settled = _settled(batches, columns, raw, encoding) if raw else batches
        again = reread
        if raw and reread is not None:
            opened = reread

            def again() -> Iterator[Sequence[bytes]]:
                return _settled(opened(), columns, raw, encoding)

        rest = iter(settled)
        kept: list[bytes] = []
        size_bytes = 0
        most_rows = min(self._full_rows, self._left_rows)
        most_bytes = min(self._full_bytes, self._left_bytes)
        for batch in rest:
            kept += batch
            size_bytes += sum(map(len, batch))
            if len(kept) > most_rows or size_bytes > most_bytes:
                break
        else:
            self._left_rows -= len(kept)
            self._left_bytes -= size_bytes
            rows: Counter[Row] = Counter()
            for encoded, times in Counter(kept).items():
                rows[encoding.decode(encoded, len(columns))] = times
            return Table(tuple(columns), rows, tuple(key), dict(definition or {}))
        # Keys are found without taking rows apart only where they come first.
        keyed = len(key) if key and list(key) == names[: len(key)] else 0
        digests = self._digested(kept, rest, keyed, encoding, again)
        return Table(tuple(columns), Counter(), tuple(key), dict(definition or {}), digests=digests)

    def _digested(
        self,
        kept: list[bytes],
        rest: Iterator[Sequence[bytes]],
        keyed: int,
        encoding: Encoding,
        reread: Reread | None,
    ) -> RowDigests:
        writer = self._new_runs() if self._new_runs else None
        count = total = 0
        digests: list[bytes] = []
        keys: list[bytes] | None = [] if keyed else None
        for batch in _batches(kept, rest):
            fresh = digests_of(batch)
            count += len(fresh)
            total += summed(fresh)
            if writer is None:
                continue
            digests += fresh
            if keys is not None:
                heads = encoding.heads(batch, keyed)
                if max(map(len, heads), default=0) > LONGEST_KEY:
                    heads = [head if len(head) <= LONGEST_KEY else b"" for head in heads]
                keys += heads
            if len(digests) >= RUN_ROWS:
                writer.write(digests, keys)
                digests, keys = [], [] if keyed else None
        if writer is not None and digests:
            writer.write(digests, keys)
        runs = writer.finish() if writer is not None else None
        return RowDigests(encoding.name, count, total % MODULUS, runs, reread)


def _batches(kept: list[bytes], rest: Iterator[Sequence[bytes]]) -> Iterator[Sequence[bytes]]:
    """What was kept so far, which is let go, then the rest; neither tiny nor huge."""
    while kept:
        yield kept[-_BATCH_ROWS:]
        del kept[-_BATCH_ROWS:]
    gathered: list[bytes] = []
    size_bytes = 0
    for batch in rest:
        gathered += batch
        size_bytes += sum(map(len, batch))
        if len(gathered) >= _BATCH_ROWS or size_bytes >= _BATCH_BYTES:
            yield gathered
            gathered, size_bytes = [], 0
    yield gathered


def _settled(
    batches: Iterable[Sequence[bytes]],
    columns: Sequence[Column],
    raw: Collection[int],
    encoding: Encoding,
) -> Iterator[Sequence[bytes]]:
    kinds = [column.kind if i in raw else None for i, column in enumerate(columns)]
    for batch in batches:
        settled = []
        for encoded in batch:
            cells = zip(kinds, encoding.decode(encoded, len(kinds)), strict=True)
            settled.append(
                encoding.encode(
                    tuple(c if kind is None else canonical(kind, c) for kind, c in cells)
                )
            )
        yield settled
