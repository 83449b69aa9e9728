"""The table of parameters that lint has agrees with the types that templates are rendered with."""

from __future__ import annotations

from pytest_kanister._kanister.blueprint.lint.templates.parameters import (
    CHECKED_KINDS,
    ROOTS,
    known,
)
from pytest_kanister._kanister.params.types import TYPES


def fields(name: str) -> set[str]:
    return {field.name for field in TYPES.struct_fields(name)}


def test_the_roots_are_those_of_the_types() -> None:
    assert set(ROOTS) == fields("param.TemplateParams")


def test_the_fields_are_those_of_the_types() -> None:
    for root, struct in (
        *((kind, f"param.{kind}Params") for kind in CHECKED_KINDS.values()),
        ("Profile", "param.Profile"),
    ):
        mine = ROOTS[root]
        assert isinstance(mine, dict)
        assert set(mine) == fields(struct), root


def test_a_name_that_is_none_is_named() -> None:
    assert known(("StatefulSet", "Nmae")) == "Nmae"
    assert known(("Statefulset", "Name")) == "Statefulset"
    assert known(("ArtifactsIn", "a", "KeyValues", "b")) == "KeyValues"
    assert known(("Phases", "a", "Secrets", "b", "Data", "c")) == ""
    assert known(("Object", "a", "b")) == ""
