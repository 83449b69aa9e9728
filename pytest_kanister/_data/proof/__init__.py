"""The verdict: snapshots and their differences as values.

Pure: iterators in, values out; standard library only, no I/O, no clock, no driver.  This is
where NULL is told from an empty string and two equal rows are counted twice.

How a workload's rows get in
----------------------------
A small table is kept whole (`Table.rows`), a large one as digests (`Table.digests`); which of
them is none of the workload's business.  For each snapshot it makes one

    collector = Collector(RunFile().table, full_rows=settings.full_rows)

(`proof.collect`, `evidence.runs`) and for each table calls

    collector.table(columns, batches, encoding=…, key=…, definition=…, raw=…, reread=…)

- `batches` yields lists of *encoded rows*: one `bytes` for each row, in a form of
  `proof.encoding` that the engine's wire already has, so that nothing is taken apart: `LENGTHS`
  (MySQL's row packet) or `COPY_TEXT` (a line of PostgreSQL's COPY without its end).  Lists of a
  hundred to some thousand rows; they may be the driver's own, and are read once.
- Cells are canonical: bytes as the server stores them, made comparable by the session's settings
  and the SELECT (UTC, all digits of floats, no padding).  Where the text of a column has more
  than one spelling of a value, `raw` names the column's position and `canonical` settles it, at
  the price of taking every row apart.
- `key` are the names of the primary key's columns.  Where they are the first columns, in order,
  rows of a large table that are gone can be named by their key.
- `reread` opens the table as it is at that later time, on a connection of its own, and yields
  batches in the same form; a diff calls it at most once (twice where more than 64 MiB of rows
  with a FLOAT differ), and may close it before its end.

Rows that are at hand as tuples of cells: `[LENGTHS.encode(row) for row in rows]`, or, where no
table can be large, `Table.of(columns, rows, …)`.
"""

from __future__ import annotations

from pytest_kanister._data.proof.collect import Collector
from pytest_kanister._data.proof.diff import Diff, compare
from pytest_kanister._data.proof.snapshot import Snapshot, Table

__all__ = ["Collector", "Diff", "Snapshot", "Table", "compare"]
