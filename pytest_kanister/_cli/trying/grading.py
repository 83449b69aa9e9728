"""The verdict by grade: for each a word and what was lost, in words that can be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_kanister._data.proof.grades import GRADES, object_grades, table_grades
from pytest_kanister._model.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._cli.trying.running import Round
    from pytest_kanister._data.proof import Diff

__all__ = ["BUCKET", "Grade", "Loss", "grade_round", "losses"]

BUCKET = "bucket"

_MEANING = {
    "data": "every row, and no other",
    "schema": "definitions",
    "code": "programs in the database",
    "users": "accounts and rights",
    "extra": "nothing that was not there",
    "limit": "values that the engine's own dump alters",
}


class Loss(NamedTuple):
    """One kind of difference.

    Attributes:
        grade: of `GRADES`.
        kind: class of the object (`event`), or `table`.
        fate: `missing`, `changed` or `extra`.
        names: qualified, in order.
    """

    grade: str
    kind: str
    fate: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        """`3 events missing: tricky.once, …`."""
        count = len(self.names)
        shown = ", ".join(self.names[:3]) + (f", … {count - 3} more" if count > 3 else "")
        return f"{count} {_plural(self.kind, count)} {self.fate}: {shown}"


class Grade(NamedTuple):
    """A line of the table."""

    name: str
    verdict: Verdict
    what: str


def losses(diff: Diff) -> list[Loss]:
    """Differences by grade, class and fate, in the grades' order."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for table in diff.tables.entries:
        for grade in table_grades(table):
            found.setdefault((grade, "table", table.fate), []).append(".".join(table.name))
    for other in diff.objects.entries:
        for grade in object_grades(other):
            found.setdefault((grade, other.kind, other.fate), []).append(".".join(other.name))
    ordered = sorted(found, key=lambda key: (GRADES.index(key[0]), key[1], key[2]))
    return [Loss(*key, tuple(found[key])) for key in ordered]


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
    known = {loss.loss for loss in found.scenario.known}
    verify = next(step for step in found.result.steps if step.step == "verify")
    rows = verify.facts.get("rows")
    unseen = _unseen(verify.facts.get("checks"))
    by_grade: dict[str, list[Loss]] = {}
    for loss in losses(found.diff):
        by_grade.setdefault(loss.grade, []).append(loss)
    for grade in GRADES:
        lost = by_grade.get(grade, [])
        if lost:
            verdict = Verdict.PROVEN if grade in known else Verdict.DIFFERENT
            words = "; ".join(map(str, lost))
            yield Grade(grade, verdict, f"known: {words}" if grade in known else words)
        elif grade in unseen:
            yield Grade(grade, Verdict.UNVERIFIED, "the snapshots of this workload hold none")
        elif grade != "limit":
            figure = f"{rows:,} rows" if grade == "data" and isinstance(rows, int) else ""
            yield Grade(grade, Verdict.PROVEN, figure or _MEANING[grade])


def _unseen(checks: object) -> set[str]:
    """Grades that no check of the step was about."""
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
