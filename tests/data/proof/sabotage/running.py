"""Runs the table on a real server: one case after the other, each seen, graded and named or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_kanister._data.proof import Diff, compare
from pytest_kanister._data.workloads.mysql import MySQL
from tests.data.proof.sabotage.mysql import (
    ACCOUNTS,
    DEFINITIONS,
    PEOPLE,
    SCENE,
    UNFLUSHED,
    VALUES,
    reset,
)

__all__ = ["Case", "accounts", "definitions", "values"]


@dataclass(frozen=True)
class Case:
    """One alteration.

    Attributes:
        name: group and what was done.
        miss: what is wrong with what the proof said; empty: nothing.
        hits: (class, fate) of everything that it named; for values (`type`, the column's type).
    """

    name: str
    miss: str
    hits: frozenset[tuple[str, str]]


def values(server: MySQL) -> Iterator[Case]:
    """One table for each column type, of which one value of two is changed and put back."""
    lax = "SET sql_mode = '';"  # so that zero dates can be stored
    reset(server)
    server.execute("CREATE DATABASE d")
    tables = {case: f"d.`{case}`" for case in VALUES}
    for case, (column, old, _) in VALUES.items():
        server.execute(
            f"CREATE TABLE {tables[case]} (id INT PRIMARY KEY, v {column});"
            f"{lax} INSERT INTO {tables[case]} VALUES (1, {old}), (2, {old})"
        )
    before = server.snapshot()
    for case, (column, old, new) in VALUES.items():
        server.execute(f"{lax} UPDATE {tables[case]} SET v = {new} WHERE id = 2")
        diff = compare(before, server.snapshot())
        server.execute(f"{lax} UPDATE {tables[case]} SET v = {old} WHERE id = 2")
        miss = _miss(diff, ("data",), f"table d.{case}: 2 rows before, 2 after")
        if not miss and [t.changed_rows for t in diff.tables.entries] != [1]:
            miss = f"expected one changed row, found:\n{diff}"
        yield Case(f"value {case}", miss, frozenset({("type", _word(column))}))
    left = compare(before, server.snapshot())
    yield Case("values put back", str(left), frozenset())


def definitions(server: MySQL) -> Iterator[Case]:
    """Everything but accounts."""
    for case, (statement, grades, named) in DEFINITIONS.items():
        yield _altered(server, case, SCENE, statement, tuple(grades.split()), named)


def accounts(server: MySQL) -> Iterator[Case]:
    """Accounts and rights, with and without FLUSH PRIVILEGES."""
    for group, table in (("", ACCOUNTS), ("unflushed ", UNFLUSHED)):
        for case, (statement, named) in table.items():
            grades = ("users", "extra") if ": extra" in named else ("users",)
            yield _altered(server, group + case, SCENE + PEOPLE, statement, grades, named)


def _altered(
    server: MySQL, case: str, scene: str, statement: str, grades: tuple[str, ...], named: str
) -> Case:
    reset(server)
    server.execute(scene)
    before = server.snapshot()
    server.execute(statement)
    diff = compare(before, server.snapshot())
    hits = {(item.kind, item.fate) for item in diff.objects.entries}
    hits |= {("table", table.fate) for table in diff.tables.entries}
    return Case(case, _miss(diff, grades, named), frozenset(hits))


def _miss(diff: Diff, grades: tuple[str, ...], named: str) -> str:
    if not diff:
        return "not seen"
    if diff.grades != grades:
        return f"graded {diff.grades}, expected {grades}:\n{diff}"
    return "" if named in str(diff) else f"expected {named!r}, found:\n{diff}"


def _word(column: str) -> str:
    """`decimal` of `DECIMAL(30,10)`, as the catalogue spells it."""
    word = column.split("(")[0].split(" ")[0].lower()
    return {"geometrycollection": "geomcollection"}.get(word, word)
