"""The verdict by grade: for each a word and what was lost, in words that can be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_kanister._data.proof.grades import GRADES, object_grades, table_grades
from pytest_kanister._model.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_kanister._cli.trying.running import Round
    from pytest_kanister._data.proof import Diff
    from pytest_kanister._data.proof.changes import TableDiff
    from pytest_kanister._scenario.model import KnownLoss

__all__ = ["BUCKET", "Grade", "Loss", "grade_round", "losses"]

BUCKET = "bucket"
FULLER = "fuller"
"""What became of a table that has rows too many."""

_MEANING = {
    "data": "every row, and no other",
    "schema": "definitions",
    "code": "programs in the database",
    "users": "accounts and rights",
    "extra": "no object that was not there (rows: see data)",
    "limit": "values that the engine's own dump alters",
}


class Loss(NamedTuple):
    """One kind of difference.

    Attributes:
        grade: of `GRADES`.
        kind: class of the object (`event`), or `table`.
        fate: `missing`, `changed`, `extra`, or `fuller` for a table with rows too many.
        names: qualified, in order.
        rows: of tables that changed: how many are missing, changed, extra.
        known: the scenario says that it must occur.
    """

    grade: str
    kind: str
    fate: str
    names: tuple[str, ...]
    rows: tuple[int, int, int] = (0, 0, 0)
    known: bool = False

    @property
    def is_too_much(self) -> bool:
        """Whether nothing is lost or altered, but something is there that was not."""
        return self.fate in ("extra", FULLER)

    def __str__(self) -> str:
        """`3 events missing: tricky.once, …`."""
        count = len(self.names)
        shown = ", ".join(self.names[:3]) + (f", … {count - 3} more" if count > 3 else "")
        figures = [
            f"{number:,} {word}"
            for number, word in zip(self.rows, ("missing", "changed", "extra"), strict=True)
            if number
        ]
        rows = f" (rows: {', '.join(figures)})" if figures else ""
        return f"{count} {_plural(self.kind, count)} {self.fate}: {shown}{rows}"


class _Key(NamedTuple):
    grade: str
    kind: str
    fate: str
    known: bool


class Grade(NamedTuple):
    """A line of the table."""

    name: str
    verdict: Verdict
    what: str


def losses(diff: Diff, known: Sequence[KnownLoss] = ()) -> list[Loss]:
    """Differences by grade, class and fate, in the grades' order; known ones apart."""
    found: dict[_Key, list[str]] = {}
    rows: dict[_Key, tuple[int, int, int]] = {}
    for table in diff.tables.entries:
        for grade in table_grades(table):
            missing, changed, extra = _rows(table, grade)
            fates: list[tuple[str, tuple[int, int, int]]] = [(table.fate, (missing, changed, 0))]
            if extra:
                lost = missing or changed or table.lost_columns or table.unlocated
                fates = [*(fates if lost else ()), (FULLER, (0, 0, extra))]
            for fate, these in fates:
                key = _Key(grade, "table", fate, _is_known(grade, "table", table.name, known))
                found.setdefault(key, []).append(".".join(table.name))
                before = rows.get(key, (0, 0, 0))
                rows[key] = before[0] + these[0], before[1] + these[1], before[2] + these[2]
    for other in diff.objects.entries:
        for grade in object_grades(other):
            key = _Key(
                grade, other.kind, other.fate, _is_known(grade, other.kind, other.name, known)
            )
            found.setdefault(key, []).append(".".join(other.name))
    ordered = sorted(found, key=lambda key: (GRADES.index(key.grade), *key[1:]))
    return [
        Loss(key.grade, key.kind, key.fate, tuple(found[key]), rows.get(key, (0, 0, 0)), key.known)
        for key in ordered
    ]


def _is_known(grade: str, kind: str, name: tuple[str, ...], known: Sequence[KnownLoss]) -> bool:
    """Whether the scenario lists it: by grade or class, there or anywhere."""
    dotted = ".".join(name)
    return any(
        loss.loss in (grade, kind)
        and (not loss.within or f"{dotted}.".startswith(f"{loss.within}."))
        for loss in known
    )


def _rows(table: TableDiff, grade: str) -> tuple[int, int, int]:
    """Rows that are missing, changed, extra because of that grade."""
    if grade == "limit":
        return 0, table.limited_rows, 0
    if grade != "data":
        return 0, 0, 0
    if table.fate == "missing":
        return table.rows_before, 0, 0
    return table.missing_rows, table.changed_rows - table.limited_rows, table.extra_rows


def grade_round(found: Round, *, has_delete: bool) -> list[Grade]:
    """A line for each grade, and one for the bucket."""
    return [*_data_grades(found), _bucket_grade(found, has_delete=has_delete)]


def _data_grades(found: Round) -> Iterator[Grade]:
    broke_off = found.broke_off
    if broke_off is not None:
        summary = f"not compared: the {broke_off.step} failed"
        yield Grade("data", Verdict.DIFFERENT, summary)
        return
    if found.diff is None:
        yield Grade("data", Verdict.UNVERIFIED, "not compared: the circle ended before")
        return
    verify = next(step for step in found.result.steps if step.step == "verify")
    rows = verify.facts.get("rows")
    unseen = _unseen(verify.facts.get("checks"))
    by_grade: dict[str, list[Loss]] = {}
    for loss in losses(found.diff, found.scenario.known):
        by_grade.setdefault(loss.grade, []).append(loss)
    for grade in GRADES:
        lost = by_grade.get(grade, [])
        if lost:
            open_ = [loss for loss in lost if not loss.known]
            words = [f"known: {loss}" if loss.known else str(loss) for loss in lost]
            verdict = Verdict.DIFFERENT if open_ else Verdict.PROVEN
            yield Grade(grade, verdict, "; ".join(words))
        elif grade not in unseen and grade != "limit":
            figure = f"{rows:,} rows" if grade == "data" and isinstance(rows, int) else ""
            yield Grade(grade, Verdict.PROVEN, figure or _MEANING[grade])


def _unseen(checks: object) -> set[str]:
    """Grades that the workload has nothing of: files have no accounts."""
    asked = set(checks) if isinstance(checks, list) else set()
    return {grade for grade in ("schema", "code", "users", "extra") if grade not in asked}


def _bucket_grade(found: Round, *, has_delete: bool) -> Grade:
    if not has_delete:
        return Grade(BUCKET, Verdict.UNVERIFIED, "nothing deletes backups")
    steps = [step for step in found.result.steps if step.step in ("delete", "verifyDeleted")]
    bad = [step for step in steps if step.verdict is not Verdict.PROVEN]
    if bad:
        return Grade(BUCKET, bad[0].verdict, bad[0].summary)
    if not steps or steps[-1].step != "verifyDeleted":
        return Grade(BUCKET, Verdict.UNVERIFIED, "not looked at: the circle ended before")
    return Grade(BUCKET, Verdict.PROVEN, steps[-1].summary)


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return kind
    if kind.endswith("y") and kind[-2] not in "aeiou":
        return f"{kind[:-1]}ies"
    return kind if kind.endswith("s") else f"{kind}s"
