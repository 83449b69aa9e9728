"""A suite for databases that are altered by statements: tables of cases, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pytest_kanister._data.proof import compare
from pytest_kanister._data.proof.grades import class_grade
from pytest_kanister._data.workloads import Workload
from tests.data.proof.sabotage.running import FATES, Case, Hit, judged

__all__ = ["GROUPS", "StatementSuite", "group_of", "word"]


GROUPS = ("values", "definitions", "accounts")


def group_of(hit: Hit) -> str:
    """The group whose cases must have it."""
    kind, _ = hit
    if kind == "type":
        return "values"
    return "accounts" if class_grade(kind) == "users" else "definitions"


def word(column: str) -> str:
    """`decimal` of `DECIMAL(30,10)`."""
    return column.split("(")[0].split(" ")[0].lower()


@dataclass(frozen=True)
class StatementSuite:
    """Implements `Suite`.

    Attributes:
        workload: what it is about.
        reset: leaves the server as it was when it was made.
        scene: a database `d` with one of everything but accounts.
        people: to run after it: accounts with one of every right.
        values: (column type, value before, value after) as SQL, by case.
        definitions: (statement, grades, what the diff names) on the scene.
        accounts: (statement, what the diff names) on scene and people.
        apart: the same with a scene and an end of their own.
        types: column types that must have a case.
        cannot: (class, fate) that there is no way to bring about, and why.
        word: a column type as the catalogue spells it.
    """

    workload: type[Workload]
    reset: Callable[[Workload], None]
    scene: str
    people: str
    values: Mapping[str, tuple[str, str, str]]
    definitions: Mapping[str, tuple[str, str, str]]
    accounts: Mapping[str, tuple[str, str]]
    types: frozenset[str]
    apart: Mapping[str, tuple[str, str, str, str]] = field(default_factory=dict)
    cannot: Mapping[Hit, str] = field(default_factory=dict)
    word: Callable[[str], str] = word

    def cases(self, server: Workload) -> Iterator[Case]:
        """All of them."""
        for group in GROUPS:
            yield from self.group(group, server)

    def group(self, name: str, server: Workload) -> Iterator[Case]:
        """Those of one of `GROUPS`."""
        groups = {"values": self._values, "definitions": self._definitions}
        yield from groups.get(name, self._accounts)(server)

    def _definitions(self, server: Workload) -> Iterator[Case]:
        for case, (statement, grades, named) in self.definitions.items():
            yield self._altered(server, case, self.scene, statement, tuple(grades.split()), named)

    def _accounts(self, server: Workload) -> Iterator[Case]:
        for case, (statement, named) in self.accounts.items():
            scene = self.scene + self.people
            yield self._altered(server, case, scene, statement, _users(named), named)
        for case, (more, statement, named, end) in self.apart.items():
            scene = self.scene + self.people + more
            try:
                yield self._altered(server, case, scene, statement, _users(named), named)
            finally:
                server.execute(end)

    def wanted(self, server: Workload) -> frozenset[Hit]:
        """Every class of a snapshot with every fate, tables too, and every type."""
        self.reset(server)
        server.execute(self.scene + self.people)
        classes = {"table", *server.snapshot().inventory}
        hits = {(kind, fate) for kind in classes for fate in FATES} - self.cannot.keys()
        return frozenset(hits | {("type", word) for word in self.types})

    def _values(self, server: Workload) -> Iterator[Case]:
        """One table for each column type, of which one value of two is changed and put back."""
        lax = "SET sql_mode = '';"  # so that zero dates can be stored
        self.reset(server)
        server.execute("CREATE DATABASE d CHARACTER SET utf8mb4")
        tables = {case: f"d.`{case}`" for case in self.values}
        for case, (column, old, _) in self.values.items():
            server.execute(
                f"CREATE TABLE {tables[case]} (id INT PRIMARY KEY, v {column});"
                f"{lax} INSERT INTO {tables[case]} VALUES (1, {old}), (2, {old})"
            )
        before = server.snapshot()
        for case, (column, old, new) in self.values.items():
            server.execute(f"{lax} UPDATE {tables[case]} SET v = {new} WHERE id = 2")
            # What mysqldump does to a FLOAT is told apart, but never left unsaid.
            limited = case.startswith("float") or case == "minus-zero"
            grades = ("limit",) if limited else ("data",)
            named = f"table d.{case}: 2 rows before, 2 after"
            after = server.snapshot()
            found = judged(f"value {case}", before, after, grades=grades, named=named)
            server.execute(f"{lax} UPDATE {tables[case]} SET v = {old} WHERE id = 2")
            miss = found.miss
            if not miss and [t.changed_rows for t in compare(before, after).tables.entries] != [1]:
                miss = f"expected one changed row, found:\n{compare(before, after)}"
            yield Case(found.name, miss, frozenset({("type", self.word(column))}))
        left = compare(before, server.snapshot())
        yield Case("values put back", str(left), frozenset())

    def _altered(
        self,
        server: Workload,
        case: str,
        scene: str,
        statement: str,
        grades: tuple[str, ...],
        named: str,
    ) -> Case:
        self.reset(server)
        server.execute(scene)
        before = server.snapshot()
        server.execute(statement)
        return judged(case, before, server.snapshot(), grades=grades, named=named)


def _users(named: str) -> tuple[str, ...]:
    return ("users", "extra") if ": extra" in named else ("users",)
