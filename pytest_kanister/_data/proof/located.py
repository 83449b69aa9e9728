"""Differences between two tables of which at least one is kept as digests.

The digests are compared bucket by bucket, so memory holds a 256th of a table.  Then the table is
read once more, as it is now, for the rows that differ and still exist; of those that are gone the
key is known, where it was kept, and the whole row where the engine's own dump altered it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pytest_kanister._data.proof.canonical import NOT_KEPT
from pytest_kanister._data.proof.changes import Bounded, RowChange, RowCount
from pytest_kanister._data.proof.digests import BUCKETS, MODULUS, RowDigests, digests_of, summed
from pytest_kanister._data.proof.encoding import encoding_named
from pytest_kanister._data.proof.limits import has_limits
from pytest_kanister._data.proof.odd import (
    Odd,
    OddRows,
    WholeRows,
    odd_between,
    odd_order,
    pairs_by_key,
)
from pytest_kanister._data.proof.recovered import MOST_TRIED, recovered
from pytest_kanister._data.proof.rows import RowDifferences, row_order
from pytest_kanister.errors import EnvironmentProblem, Unverified, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_kanister._data.proof.canonical import Row
    from pytest_kanister._data.proof.encoding import Encoding
    from pytest_kanister._data.proof.snapshot import Table

__all__ = ["located_differences", "same_projected"]

MOST_LOCATED = 100_000
"""Different rows a side that are told apart: about 20 MiB.  What is beyond is counted."""

MOST_READ_BYTES = 64 * 1024 * 1024
"""Rows that are read again to see what the engine's dump made of them."""

NOT_KEPT_NOTE = "?: of a table this large, rows are kept as digests"


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
        table.digests.runs if table.digests else WholeRows(table, encoding, key_cells)
        for table in (before, after)
    ]
    old, new = sides
    if old is None or new is None:
        return None, "only the rows' number and sum were kept: which of them differ is not known"

    gone, fresh = OddRows(MOST_LOCATED), OddRows(MOST_LOCATED)
    for bucket in range(BUCKETS):
        for odd in odd_between(old.part(bucket), new.part(bucket), keyed=bool(key_cells)):
            (gone if odd.before > odd.after else fresh).add(odd)
    known = {side: side.rows for side in (old, new) if isinstance(side, WholeRows)}
    rows = {digest: row for found in known.values() for digest, row in found.items()}
    notes: list[str] = []
    altered: list[RowChange] = []
    if has_limits(before.columns) and gone.kept and fresh.kept:
        altered = _altered(after, encoding, gone, fresh, rows, notes)
    pairs = pairs_by_key(gone.kept, fresh.kept) if key_cells else []
    paired = {odd.digest for pair in pairs for odd in pair}
    missing = sorted((o for o in gone.kept if o.digest not in paired), key=odd_order)
    extra = sorted((o for o in fresh.kept if o.digest not in paired), key=odd_order)
    shown = [odd for _, odd in pairs[:limit]] + extra[:limit]
    # A row that is there less often than before can still be read.
    shown += [odd for odd in missing[:limit] if odd.after]

    if wanted := {odd.digest for odd in shown} - rows.keys():
        found, note = _read_again(after, encoding, wanted)
        rows |= found
        notes.append(note)

    def row_of(odd: Odd) -> Row:
        if odd.digest in rows:
            return rows[odd.digest]
        cells = key_cells if odd.key else 0
        head = encoding.decode(odd.key, cells) if cells else ()
        return head + (NOT_KEPT,) * (len(before.columns) - cells)

    changes = altered[:limit]
    changes += [_change(row_of(one), row_of(other)) for one, other in pairs[: limit - len(changes)]]
    changed_rows = len(pairs) + sum(change.times for change in altered)
    if any(odd.digest not in rows for odd in [*missing[:limit], *(one for one, _ in pairs)]):
        notes.append(NOT_KEPT_NOTE)
    if gone.left_out or fresh.left_out:
        notes.append(f"more than {MOST_LOCATED} rows differ: not all could be matched by their key")
    return RowDifferences(
        missing=_listed(missing, row_of, limit, gone.left_out),
        changed=Bounded(tuple(changes), len(altered) + len(pairs) - len(changes)),
        extra=_listed(extra, row_of, limit, fresh.left_out),
        missing_rows=gone.rows - changed_rows,
        changed_rows=changed_rows,
        extra_rows=fresh.rows - changed_rows,
        limited_rows=changed_rows - len(pairs),
    ), "; ".join(dict.fromkeys(note for note in notes if note))


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


def _altered(
    after: Table,
    encoding: Encoding,
    gone: OddRows,
    fresh: OddRows,
    rows: dict[bytes, Row],
    notes: list[str],
) -> list[RowChange]:
    """What the engine's own dump made of rows: it is taken out of both sides.

    Rows that were read for it, and those that were found again, are added to `rows`.
    """
    note = ""
    # With rows that are only fewer than before, so that the table need not be read for them again.
    readable = {odd.digest for odd in [*fresh.kept, *gone.kept] if odd.after}
    if wanted := readable - rows.keys():
        found, note = _read_again(after, encoding, wanted, MOST_READ_BYTES)
        rows |= found
    there = [odd for odd in sorted(fresh.kept, key=odd_order) if odd.digest in rows]
    missing = {odd.digest: odd.times for odd in gone.kept}
    tried = ((rows[odd.digest], odd.times) for odd in there)
    changes, passed_over = recovered(after.columns, encoding, tried, missing)
    if not note and (passed_over or len(there) < len(fresh.kept)):
        mib = MOST_READ_BYTES // 1024**2
        note = (
            "not every row was tried for what the engine's own dump does to a FLOAT: "
            f"that takes more than {MOST_TRIED} digests or {mib} MiB"
        )
    notes.append(note)
    for side, taken in (
        (gone, [change.before for change in changes]),
        (fresh, [change.after for change in changes]),
    ):
        digests = digests_of(map(encoding.encode, taken))
        rows |= zip(digests, taken, strict=True)
        times: Counter[bytes] = Counter()
        for digest, change in zip(digests, changes, strict=True):
            times[digest] += change.times
        side.account_for(times)
    return changes


def _read_again(
    after: Table, encoding: Encoding, wanted: set[bytes], most_bytes: int | None = None
) -> tuple[dict[bytes, Row], str]:
    """The wanted rows that are there, or the first so many bytes of them, and why some are not."""
    if after.digests is None or after.digests.reread is None:
        return {}, "rows that are there are known by their digests only: the server is not at hand"
    found: dict[bytes, Row] = {}
    size_bytes = 0
    try:
        for batch in after.digests.reread():
            digests = digests_of(batch)
            if wanted.isdisjoint(digests):
                continue
            for digest, encoded in zip(digests, batch, strict=True):
                if digest in wanted:
                    found[digest] = encoding.decode(encoded, len(after.columns))
                    size_bytes += len(encoded)
            if len(found) == len(wanted) or (most_bytes and size_bytes > most_bytes):
                break
    except (EnvironmentProblem, UsageProblem) as error:
        return found, f"rows that are there could not be read again: {error}"
    return found, ""


def _change(old: Row, new: Row) -> RowChange:
    cells = zip(old, new, strict=True)
    return RowChange(old, new, tuple(i for i, (a, b) in enumerate(cells) if a != b))


def _listed(
    odd: list[Odd], row_of: Callable[[Odd], Row], limit: int, left_out: int
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
