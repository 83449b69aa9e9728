"""What a difference is made of: rows, properties, tables and other objects, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from pytest_kanister._data.proof.canonical import Column, Row
    from pytest_kanister._data.proof.snapshot import Name

__all__ = [
    "Bounded",
    "Fate",
    "ObjectDiff",
    "PropertyChange",
    "RowChange",
    "RowCount",
    "TableDiff",
]

T = TypeVar("T", covariant=True)

Fate = Literal["missing", "extra", "changed"]
"""Against what was before: gone, new, or there with another content."""


@dataclass(frozen=True)
class Bounded(Generic[T]):
    """The first entries of a list that may be long.

    Attributes:
        entries: those that are kept, in a fixed order.
        more: how many entries are not among them.
    """

    entries: tuple[T, ...] = ()
    more: int = 0

    def __len__(self) -> int:
        return len(self.entries) + self.more


@dataclass(frozen=True)
class RowCount:
    """A row that occurs more or less often than before."""

    row: Row
    before: int
    after: int


@dataclass(frozen=True)
class RowChange:
    """A row that came back as another one: the same key, or the most alike where none exists.

    Attributes:
        before: the row as it was.
        after: as it is.
        columns: positions of the cells that differ.
        times: how many such rows.
        limit: it is what the engine's own dump leaves of the row (see `limits`).
    """

    before: Row
    after: Row
    columns: tuple[int, ...]
    times: int = 1
    limit: bool = False


@dataclass(frozen=True)
class PropertyChange:
    """One property of an object; None: it has none of that name."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class TableDiff:
    """One table that is not what it was.

    Attributes:
        name: qualified.
        fate: whole table `missing` or `extra`, or `changed`.
        rows_before: number of rows, duplicates counted; 0 when it was not there.
        rows_after: the same afterwards.
        columns: those that the rows below have: the table's, or the ones that both have.
        missing: rows that are gone or fewer; empty for a whole table (`rows_before` says it).
        changed: rows that are there with other values.
        extra: rows that are new or more.
        missing_rows: how many rows that is, duplicates counted.
        changed_rows: as above.
        extra_rows: as above.
        lost_columns: names of columns whose data are gone with them.
        definition: what changed in the table's definition.
        limited_rows: those of the changed rows that the engine's own dump altered.
        unlocated: rows differ, but which of them is not known.
        note: what the lists do not show, and why; empty: they show everything.
    """

    name: Name
    fate: Fate
    rows_before: int
    rows_after: int
    columns: tuple[Column, ...] = ()
    missing: Bounded[RowCount] = Bounded()
    changed: Bounded[RowChange] = Bounded()
    extra: Bounded[RowCount] = Bounded()
    missing_rows: int = 0
    changed_rows: int = 0
    extra_rows: int = 0
    lost_columns: tuple[str, ...] = ()
    definition: tuple[PropertyChange, ...] = ()
    limited_rows: int = 0
    unlocated: bool = False
    note: str = ""

    @property
    def data_differ(self) -> bool:
        """Whether any row is lost, new or altered, beside those that the engine's dump alters."""
        if self.fate == "missing":
            return self.rows_before > 0
        if self.fate == "extra":
            return False
        lost = bool(self.lost_columns) and self.rows_before > 0
        return (
            lost
            or self.unlocated
            or bool(self.missing_rows or self.extra_rows)
            or self.changed_rows > self.limited_rows
        )


@dataclass(frozen=True)
class ObjectDiff:
    """Something else than a table (a database, a view …) that is not what it was."""

    kind: str
    name: Name
    fate: Fate
    properties: tuple[PropertyChange, ...] = ()
