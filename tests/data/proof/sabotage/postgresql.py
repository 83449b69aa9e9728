"""What is done to a real PostgreSQL server behind the proof's back, and what must be said of it.

Alterations of different objects are done together and looked for one by one: a snapshot of all
databases costs more than a statement.  What nobody altered must not be named.
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_kanister._data.proof import Diff, Snapshot, compare
from pytest_kanister._data.proof.changes import Bounded
from pytest_kanister._data.proof.grades import object_grades, table_grades
from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.postgresql import PostgreSQL
from pytest_kanister._data.workloads.postgresql.types import known_types
from tests.data.proof.sabotage.postgresql_alterations import ADDED, CHANGED, LOST, Alteration
from tests.data.proof.sabotage.postgresql_scene import SCENE, clean
from tests.data.proof.sabotage.postgresql_values import PRELUDE, VALUES
from tests.data.proof.sabotage.running import FATES, Case, Hit

__all__ = ["SUITE", "reset"]


_FATE_OF_GROUP = {"lost": "missing", "added": "extra", "changed": "changed"}
# A table whose rows or definition are others is changed, whatever happened to those.
_IN_CHANGED_TABLES = {("table", "d.large objects")}

# What goes along with it: everything in a database, the rights that no longer are the usual ones.
_ALONG = {
    "lost": {
        ("comment", "d.extension citext"),
        ("grant", "d.table public.changed to postgres"),
        ("grant", "database d to PUBLIC"),
        ("grant", "database d to owner_d"),
    },
    "added": {("comment", "d.extension hstore")},
    "changed": {
        ("grant", "d.schema s_changed to boss"),
        ("grant", "d.schema s_changed to postgres"),
    },
}
_WHOLE_DATABASES = ("d_lost", "d_new")


def reset(server: Workload) -> None:
    """Leaves the server as it was when it was made."""
    assert isinstance(server, PostgreSQL)
    databases = server.execute(
        "SELECT datname FROM pg_database"
        " WHERE datname NOT IN ('postgres', 'template0', 'template1')"
    )
    roles = server.execute("SELECT rolname FROM pg_roles WHERE oid >= 16384")
    server.run_script(clean([name for (name,) in databases], [name for (name,) in roles]))


class Postgres:
    """Implements `running.Suite`."""

    workload: type[Workload] = PostgreSQL

    def cases(self, server: Workload) -> Iterator[Case]:
        """Three groups of alterations, then one value of every type."""
        assert isinstance(server, PostgreSQL)
        before: Snapshot | None = None
        for group, table in (("lost", LOST), ("added", ADDED), ("changed", CHANGED)):
            reset(server)
            server.run_script(SCENE)
            start = server.snapshot()
            if before is not None:
                again = _without_passwords(compare(before, start, limit=1000))
                yield Case(f"{group}: the scene made again", "\n".join(again), frozenset())
            before = start
            server.run_script(
                "\\connect d\n" + ";\n".join(a.statements for a in table.values()) + ";"
            )
            yield from _judged(group, table, compare(before, server.snapshot(), limit=1000))
        yield from _values(server)
        reset(server)

    def wanted(self, server: Workload) -> frozenset[Hit]:
        """Every class of a snapshot with each fate, and every type whose values can be compared."""
        classes = {"table", *server.snapshot().inventory}
        return frozenset((kind, fate) for kind in classes for fate in FATES) | frozenset(
            ("type", word) for word in known_types()
        )


SUITE = Postgres()


def _judged(group: str, table: dict[str, Alteration], diff: Diff) -> Iterator[Case]:
    named: set[tuple[str, str]] = set(_ALONG[group])
    for case, (_, kind, name, words) in table.items():
        fate = _FATE_OF_GROUP[group]
        if (kind, name) in _IN_CHANGED_TABLES:
            fate = "changed"
        named.add((kind, name))
        found = [
            (text, grades)
            for k, n, f, text, grades in _entries(diff)
            if (k, n, f) == (kind, name, fate)
        ]
        if not found:
            miss = f"expected {kind} {name}: {fate}, found:\n{diff}"
        elif words not in found[0][0]:
            miss = f"expected {words!r}, found:\n{found[0][0]}"
        elif not found[0][1]:
            miss = "not graded"
        else:
            miss = ""
        yield Case(f"{group} {case}", miss, frozenset({(kind, fate)}))
    aliens = [
        f"{kind} {name}: {fate}"
        for kind, name, fate, _, _ in _entries(diff)
        if (kind, name) not in named and name.split(".")[0] not in _WHOLE_DATABASES
    ]
    yield Case(f"{group}: nothing else", ", ".join(aliens), frozenset())


def _entries(diff: Diff) -> Iterator[tuple[str, str, str, str, set[str]]]:
    """(class, name, fate, text, grades) of everything that differs."""
    nothing: Bounded[object] = Bounded()
    for item in diff.objects.entries:
        alone = Diff(nothing, Bounded((item,)), (), 0, 0)  # type: ignore[arg-type] # empty
        yield item.kind, ".".join(item.name), item.fate, str(alone), object_grades(item)
    for table in diff.tables.entries:
        alone = Diff(Bounded((table,)), nothing, (), 0, 0)  # type: ignore[arg-type] # empty
        yield "table", ".".join(table.name), table.fate, str(alone), table_grades(table)


def _without_passwords(diff: Diff) -> list[str]:
    """What differs, but for the salt of passwords that were set anew."""
    return [
        f"{kind} {name}: {text}"
        for kind, name, _, text, _ in _entries(diff)
        if not (kind == "role" and "password" in text)
        and not (kind == "other object" and "umoptions" in text)
    ]


def _values(server: PostgreSQL) -> Iterator[Case]:
    """One table for each type, of which one value of two is changed."""
    reset(server)
    lines = ["CREATE DATABASE v;", "\\connect v", *PRELUDE]
    for case, (type_, old, _) in VALUES.items():
        lines.append(f'CREATE TABLE "of {case}" (id int PRIMARY KEY, v {type_});')
        lines.append(f'INSERT INTO "of {case}" VALUES (1, {old}), (2, {old});')
    server.run_script("\n".join(lines))
    before = server.snapshot()
    again = "\n".join(f'UPDATE "of {case}" SET v = {VALUES[case][1]};' for case in VALUES)
    server.run_script("\\connect v\n" + again)
    yield Case("values written again", str(compare(before, server.snapshot())), frozenset())
    new = "\n".join(
        f'UPDATE "of {case}" SET v = {VALUES[case][2]} WHERE id = 2;' for case in VALUES
    )
    server.run_script("\\connect v\n" + new)
    diff = compare(before, server.snapshot(), limit=1000)
    tables = {table.name[2].removeprefix("of "): table for table in diff.tables.entries}
    for case, (type_, _, _) in VALUES.items():
        table = tables.pop(case, None)
        if table is None:
            miss = "not seen"
        elif (table.changed_rows, table.missing_rows, table.extra_rows) != (1, 0, 0):
            miss = f"expected one changed row, found {table}"
        elif table_grades(table) != {"data"}:
            miss = f"graded {table_grades(table)}"
        else:
            miss = ""
        yield Case(f"value {case}", miss, frozenset({("type", type_.split("(")[0].strip('"'))}))
    yield Case("values: nothing else", ", ".join(tables), frozenset())
