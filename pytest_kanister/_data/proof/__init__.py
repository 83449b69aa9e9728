"""The verdict: snapshots and their differences as values.

Pure: iterators in, values out; standard library only, no I/O, no clock, no driver.  This is
where NULL is told from an empty string and two equal rows are counted twice.
"""

from __future__ import annotations

from pytest_kanister._data.proof.diff import Diff, compare
from pytest_kanister._data.proof.snapshot import Snapshot, Table

__all__ = ["Diff", "Snapshot", "Table", "compare"]
