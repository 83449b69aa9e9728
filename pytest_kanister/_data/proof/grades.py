"""How grave a difference is: which of six words it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._data.proof.changes import ObjectDiff, TableDiff

__all__ = ["GRADES", "class_grade", "object_grades", "table_grades"]

GRADES = ("data", "schema", "code", "users", "extra", "limit")
"""In order of weight: rows lost or altered; definitions; programs in the database; accounts and
their rights; objects that were not there before; values that the engine's own dump alters."""

_CLASSES = {
    "data": ("orphaned key",),
    "code": (
        "trigger",
        "procedure",
        "function",
        "event",
        "package",
        "package body",
        "aggregate",
        "rule",
        "event trigger",
    ),
    "users": (
        "login",
        "user",
        "role",
        "default role",
        "role grant",
        "global grant",
        "schema grant",
        "table grant",
        "column grant",
        "routine grant",
        "proxy grant",
        "partial revoke",
        "membership",
        "grant",
        "default privilege",
        "policy",
    ),
}
_GRADE_OF_CLASS = {kind: grade for grade, kinds in _CLASSES.items() for kind in kinds}


def class_grade(kind: str) -> str:
    """The grade of a class of the inventory; any that is not known is part of the schema."""
    return _GRADE_OF_CLASS.get(kind, "schema")


def table_grades(diff: TableDiff) -> set[str]:
    """Which of `GRADES` a table's difference belongs to."""
    grades = set()
    if diff.data_differ:
        grades.add("data")
    if diff.limited_rows:
        grades.add("limit")
    if diff.fate == "extra":
        grades.add("extra")
    if diff.fate == "missing" or diff.definition:
        grades.add("schema")
    return grades


def object_grades(diff: ObjectDiff) -> set[str]:
    """The same for anything else."""
    grade = class_grade(diff.kind)
    # A key without its parents is no new object: the parents are lost.
    if diff.fate != "extra" or grade == "data":
        return {grade}
    # A right too many is as wrong for who may do what as one too few.
    return {"extra", "users"} if grade == "users" else {"extra"}
