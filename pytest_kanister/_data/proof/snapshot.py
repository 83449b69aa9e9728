"""`Snapshot`: everything that must come back, as a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_kanister._data.proof.digests import RowDigests
from pytest_kanister._data.proof.encoding import encoding_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_kanister._data.proof.canonical import Column, Row

__all__ = ["FORMAT_VERSION", "Name", "Properties", "Snapshot", "Table", "qualified"]

FORMAT_VERSION = 1
"""Of the canonical forms: snapshots of different versions cannot be compared."""

Name = tuple[str, ...]
"""A qualified name, outermost first: `("myImportantData", "Accounts")`."""

Properties = dict[str, str]
"""What defines an object, by property: `{"collation": "utf8mb4_bin"}`."""


@dataclass(frozen=True, eq=False)
class Table:
    """One table: what it is and what it holds, its rows whole or as digests.

    Tables are equal when columns, key, definition and the multisets of rows are, however each of
    them holds its rows.

    Attributes:
        columns: in the table's order; rows have a cell for each.
        rows: the multiset of rows: how often each occurs.  Never changed once it is here; empty
            where `digests` stands for it.
        key: names of the primary key's columns; empty: the table has none.
        definition: columns, indexes, constraints and options in the engine's words, by name
            (`{"column balance": "int DEFAULT NULL", "option ENGINE": "InnoDB"}`).
        digests: the rows of a large table; None: they are in `rows`.
    """

    columns: tuple[Column, ...]
    rows: Counter[Row]
    key: tuple[str, ...] = ()
    definition: Properties = field(default_factory=dict)
    digests: RowDigests | None = None

    __hash__ = None  # type: ignore[assignment] # the declared way to be unhashable

    @staticmethod
    def of(
        columns: Iterable[Column],
        rows: Iterable[Row],
        *,
        key: Iterable[str] = (),
        definition: Mapping[str, str] | None = None,
    ) -> Table:
        """A table from its rows, in any order; rows are counted."""
        return Table(tuple(columns), Counter(rows), tuple(key), dict(definition or {}))

    @property
    def row_count(self) -> int:
        """Number of rows, duplicates counted."""
        return self.rows.total() if self.digests is None else self.digests.count

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        shape = (self.columns, self.key, self.definition)
        return shape == (other.columns, other.key, other.definition) and self.same_rows(other)

    def same_rows(self, other: Table) -> bool:
        """Whether both hold the same multiset of rows, cell by cell in the order of columns."""
        form = self.digests or other.digests
        if form is None:
            return self.rows == other.rows
        if self.row_count != other.row_count:
            return False
        return self.digested(form.encoding) == other.digested(form.encoding)

    def digested(self, encoding: str) -> RowDigests:
        """The rows as digests: its own, or made here of whole rows in the form of that name."""
        if self.digests is not None:
            return self.digests
        return RowDigests.of(self.rows, encoding_named(encoding))

    def __repr__(self) -> str:
        return f"<Table {', '.join(c.name for c in self.columns)}: {self.row_count} rows>"


@dataclass(frozen=True, repr=False)
class Snapshot:
    """A database server's content at one moment.

    Two snapshots are equal when everything that must come back is equal: every table with its
    definition and its rows (duplicates counted, order irrelevant) and the whole inventory.

    Attributes:
        engine: what the rows' canonical forms belong to: `mysql`.
        tables: by qualified name.
        inventory: everything else by class, then by qualified name:
            `{"database": {("shop",): {"collation": "utf8mb4_bin"}}}`.
        facts: the server's identity and version; never compared.
        taken_at_s: seconds since the epoch when it was taken; never compared, only used to tell
            which of two came first.
        format_version: of the canonical forms.
    """

    engine: str
    tables: Mapping[Name, Table]
    inventory: Mapping[str, Mapping[Name, Properties]] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict, compare=False)
    taken_at_s: float | None = field(default=None, compare=False)
    format_version: int = FORMAT_VERSION

    # Mappings inside make it unhashable; saying so gives a clear error.
    __hash__ = None  # type: ignore[assignment] # the declared way to be unhashable

    @property
    def row_count(self) -> int:
        """Rows of all tables together."""
        return sum(table.row_count for table in self.tables.values())

    def summary(self) -> str:
        """`1 database, 1 table, 9 rows`, and how many tables are digests, if any."""
        counts = [
            *((len(items), kind) for kind, items in self.inventory.items() if items),
            (len(self.tables), "table"),
            (self.row_count, "row"),
        ]
        text = ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts)
        digested = sum(table.digests is not None for table in self.tables.values())
        return f"{text} ({digested} of the tables as digests)" if digested else text

    def __repr__(self) -> str:
        return f"<Snapshot {self.engine}: {self.summary()}>"


def qualified(name: Name) -> str:
    """A name for people: `myImportantData.Accounts`."""
    return ".".join(name)
