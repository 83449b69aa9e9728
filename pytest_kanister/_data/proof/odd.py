"""Rows that occur more often on one side of a comparison, as digests with their keys."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pytest_kanister._data.proof.digests import digests_of

if TYPE_CHECKING:
    from pytest_kanister._data.proof.digests import Part
    from pytest_kanister._data.proof.encoding import Encoding
    from pytest_kanister._data.proof.snapshot import Table

__all__ = [
    "Odd",
    "OddRows",
    "WholeRows",
    "odd_between",
    "odd_order",
    "pairs_by_key",
]


class Odd(NamedTuple):
    """A row that occurs more often on one side."""

    digest: bytes
    before: int
    after: int
    key: bytes

    @property
    def times(self) -> int:
        return abs(self.before - self.after)

    def less(self, times: int) -> Odd:
        """The same but for so many that are accounted for."""
        if self.before > self.after:
            return self._replace(before=self.before - times)
        return self._replace(after=self.after - times)


class OddRows:
    """Those of one side: the first `most` of them, and how many there are."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.kept: list[Odd] = []
        self.left_out = 0
        self.rows = 0

    def add(self, odd: Odd) -> None:
        self.rows += odd.times
        if len(self.kept) < self._most:
            self.kept.append(odd)
        else:
            self.left_out += 1

    def account_for(self, times: Counter[bytes]) -> None:
        """Takes out so many of each digest."""
        reduced = [odd.less(times[odd.digest]) for odd in self.kept]
        self.kept = [odd for odd in reduced if odd.times]


class WholeRows:
    """Rows in memory, looked at as `Runs`."""

    def __init__(self, table: Table, encoding: Encoding, key_cells: int) -> None:
        encoded = [encoding.encode(row) for row in table.rows]
        self.rows = dict(zip(digests_of(encoded), table.rows, strict=True))
        keys = encoding.heads(encoded, key_cells) if key_cells else [b""] * len(encoded)
        self._parts: dict[int, list[tuple[bytes, bytes, int]]] = defaultdict(list)
        for (digest, row), key in zip(self.rows.items(), keys, strict=True):
            self._parts[digest[0]].append((digest, key, table.rows[row]))

    def part(self, bucket: int) -> Part:
        found = self._parts.get(bucket, [])
        digests = [digest for digest, _, times in found for _ in range(times)]
        return digests, [key for _, key, times in found for _ in range(times)]


def odd_between(old: Part, new: Part, *, keyed: bool) -> list[Odd]:
    """Digests of one bucket that occur more often on one side."""
    before, after = set(old[0]), set(new[0])
    if len(before) == len(old[0]) and len(after) == len(new[0]):
        if before == after:
            return []
        counts = [(digest, 1, 0) for digest in before - after]
        counts += [(digest, 0, 1) for digest in after - before]
    else:
        all_old, all_new = Counter(old[0]), Counter(new[0])
        if all_old == all_new:
            return []
        counts = [
            (digest, all_old[digest], all_new[digest])
            for digest in before | after
            if all_old[digest] != all_new[digest]
        ]
    keys: dict[bytes, bytes] = {}
    if keyed:
        odd = {digest for digest, _, _ in counts}
        for digests, beside in (old, new):
            pairs = zip(digests, beside or [], strict=beside is not None)
            keys |= {digest: key for digest, key in pairs if digest in odd}
    return [Odd(digest, b, a, keys.get(digest, b"")) for digest, b, a in counts]


def pairs_by_key(gone: list[Odd], fresh: list[Odd]) -> list[tuple[Odd, Odd]]:
    """Rows of one key, in the order of keys."""
    there = {odd.key: odd for odd in fresh if odd.key}
    found = [(odd, there[odd.key]) for odd in gone if odd.key in there]
    return sorted(found, key=lambda pair: odd_order(pair[0]))


def odd_order(odd: Odd) -> tuple[int, bytes, bytes]:
    """Short keys first, so that whole numbers come in their order."""
    return len(odd.key), odd.key, odd.digest
