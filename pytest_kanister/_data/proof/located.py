"""Differences between two tables of which at least one is kept as digests.

The digests are compared bucket by bucket, so memory holds a 256th of a table.  Then the table is
read once more, as it is now, for the rows that differ and still exist; of those that are gone the
key is known, where it was kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pytest_kanister._data.proof.canonical import NOT_KEPT
from pytest_kanister._data.proof.changes import Bounded, RowChange, RowCount
from pytest_kanister._data.proof.digests import BUCKETS, MODULUS, RowDigests, digests_of, summed
from pytest_kanister._data.proof.encoding import encoding_named
from pytest_kanister._data.proof.rows import RowDifferences, row_order
from pytest_kanister.errors import EnvironmentProblem, Unverified, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_kanister._data.proof.canonical import Row
    from pytest_kanister._data.proof.digests import Part
    from pytest_kanister._data.proof.encoding import Encoding
    from pytest_kanister._data.proof.snapshot import Table

__all__ = ["located_differences", "same_projected"]

MOST_LOCATED = 100_000
"""Different rows a side that are told apart: about 20 MiB.  What is beyond is counted."""

NOT_KEPT_NOTE = "?: of a table this large, rows are kept as digests"


class _Odd(NamedTuple):
    """A row that occurs more often on one side."""

    digest: bytes
    before: int
    after: int
    key: bytes

    @property
    def times(self) -> int:
        return abs(self.before - self.after)


class _OddRows:
    """Those of one side: the first ones, and how many there are."""

    def __init__(self) -> None:
        self.kept: list[_Odd] = []
        self.left_out = 0
        self.rows = 0

    def add(self, odd: _Odd) -> None:
        self.rows += odd.times
        if len(self.kept) < MOST_LOCATED:
            self.kept.append(odd)
        else:
            self.left_out += 1


class _Whole:
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


def located_differences(
    before: Table, after: Table, limit: int
) -> tuple[RowDifferences | None, str]:
    """Bounded lists as `row_differences` gives them, and what they cannot show, in words.

    None instead of the lists: the digests were not kept, only that rows differ is known.

    Args:
        before: the truth; its columns are those of `after`, by name and order.
        after: what is there now.
        limit: entries kept in each list.

    Raises:
        Unverified: the digests cannot be read, or are of two forms.
    """
    forms = {table.digests.encoding for table in (before, after) if table.digests}
    if len(forms) != 1:
        raise Unverified(f"digests of the forms {' and '.join(sorted(forms))} cannot be compared")
    encoding = encoding_named(forms.pop())
    key_cells = _key_cells(before, after)
    sides = [
        table.digests.runs if table.digests else _Whole(table, encoding, key_cells)
        for table in (before, after)
    ]
    old, new = sides
    if old is None or new is None:
        return None, "only the rows' number and sum were kept: which of them differ is not known"

    gone, fresh = _OddRows(), _OddRows()
    for bucket in range(BUCKETS):
        for odd in _odd_of(old.part(bucket), new.part(bucket), keyed=bool(key_cells)):
            (gone if odd.before > odd.after else fresh).add(odd)
    pairs = _pairs(gone.kept, fresh.kept) if key_cells else []
    paired = {odd.digest for pair in pairs for odd in pair}
    missing = sorted((o for o in gone.kept if o.digest not in paired), key=_order)
    extra = sorted((o for o in fresh.kept if o.digest not in paired), key=_order)
    shown = [odd for _, odd in pairs[:limit]] + extra[:limit]
    # A row that is there less often than before can still be read.
    shown += [odd for odd in missing[:limit] if odd.after]

    known = {side: side.rows for side in (old, new) if isinstance(side, _Whole)}
    rows = {digest: row for found in known.values() for digest, row in found.items()}
    wanted = {odd.digest for odd in shown} - rows.keys()
    notes = []
    if wanted:
        found, note = _read_again(after, encoding, wanted)
        rows |= found
        notes.append(note)

    def row_of(odd: _Odd) -> Row:
        if odd.digest in rows:
            return rows[odd.digest]
        cells = key_cells if odd.key else 0
        head = encoding.decode(odd.key, cells) if cells else ()
        return head + (NOT_KEPT,) * (len(before.columns) - cells)

    changes = tuple(_change(row_of(one), row_of(other)) for one, other in pairs[:limit])
    if any(odd.digest not in rows for odd in [*missing[:limit], *(one for one, _ in pairs)]):
        notes.append(NOT_KEPT_NOTE)
    if gone.left_out or fresh.left_out:
        notes.append(f"more than {MOST_LOCATED} rows differ: not all could be matched by their key")
    return RowDifferences(
        missing=_listed(missing, row_of, limit, gone.left_out),
        changed=Bounded(changes, max(0, len(pairs) - limit)),
        extra=_listed(extra, row_of, limit, fresh.left_out),
        missing_rows=gone.rows - len(pairs),
        changed_rows=len(pairs),
        extra_rows=fresh.rows - len(pairs),
    ), "; ".join(note for note in notes if note)


def same_projected(before: Table, after: Table) -> bool | None:
    """Whether the rows are equal in the columns of `before`, all of which `after` has somewhere.

    None: they cannot be read again.
    """
    form = before.digests or after.digests
    assert form is not None
    encoding = encoding_named(form.encoding)
    own = [column.name for column in after.columns]
    at = [own.index(column.name) for column in before.columns]
    count = total = 0
    if after.digests is None:
        batches: Iterable[Sequence[bytes]] = [
            [encoding.encode(row)] * times for row, times in after.rows.items()
        ]
    elif after.digests.reread is None:
        return None
    else:
        batches = after.digests.reread()
    for batch in batches:
        cells = (encoding.decode(encoded, len(own)) for encoded in batch)
        digests = digests_of(encoding.encode(tuple(row[i] for i in at)) for row in cells)
        count += len(digests)
        total += summed(digests)
    return before.digested(encoding.name) == RowDigests(encoding.name, count, total % MODULUS)


def _key_cells(before: Table, after: Table) -> int:
    """How many cells at a row's beginning are its key; 0: it has none, or it is elsewhere."""
    names = tuple(column.name for column in before.columns)
    key = before.key
    return len(key) if key and key == after.key and names[: len(key)] == key else 0


def _odd_of(old: Part, new: Part, *, keyed: bool) -> list[_Odd]:
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
    return [_Odd(digest, b, a, keys.get(digest, b"")) for digest, b, a in counts]


def _pairs(gone: list[_Odd], fresh: list[_Odd]) -> list[tuple[_Odd, _Odd]]:
    """Rows of one key, in the order of keys."""
    there = {odd.key: odd for odd in fresh if odd.key}
    found = [(odd, there[odd.key]) for odd in gone if odd.key in there]
    return sorted(found, key=lambda pair: _order(pair[0]))


def _order(odd: _Odd) -> tuple[int, bytes, bytes]:
    """Short keys first, so that whole numbers come in their order."""
    return len(odd.key), odd.key, odd.digest


def _read_again(
    after: Table, encoding: Encoding, wanted: set[bytes]
) -> tuple[dict[bytes, Row], str]:
    if after.digests is None or after.digests.reread is None:
        return {}, "rows that are there are known by their digests only: the server is not at hand"
    found: dict[bytes, Row] = {}
    try:
        for batch in after.digests.reread():
            digests = digests_of(batch)
            if wanted.isdisjoint(digests):
                continue
            for digest, encoded in zip(digests, batch, strict=True):
                if digest in wanted:
                    found[digest] = encoding.decode(encoded, len(after.columns))
            if len(found) == len(wanted):
                break
    except (EnvironmentProblem, UsageProblem) as error:
        return found, f"rows that are there could not be read again: {error}"
    return found, ""


def _change(old: Row, new: Row) -> RowChange:
    cells = zip(old, new, strict=True)
    return RowChange(old, new, tuple(i for i, (a, b) in enumerate(cells) if a != b))


def _listed(
    odd: list[_Odd], row_of: Callable[[_Odd], Row], limit: int, left_out: int
) -> Bounded[RowCount]:
    entries: list[RowCount] = []
    for each in odd[:limit]:
        row = row_of(each)
        before, after = each.before, each.after
        if entries and entries[-1].row == row:  # nothing is known of either
            last = entries.pop()
            before, after = before + last.before, after + last.after
        entries.append(RowCount(row, before, after))
    if not any(each.key for each in odd[:limit]):  # they came in the order of their digests
        entries.sort(key=lambda entry: row_order(entry.row))
    return Bounded(tuple(entries), max(0, len(odd) - limit) + left_out)
