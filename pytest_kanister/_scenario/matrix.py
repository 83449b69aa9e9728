"""`matrix`: one scenario for each combination of its values, each a pytest parameter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pytest_kanister._scenario.model import Requirement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_kanister._scenario.model import Scenario
    from pytest_kanister._scenario.reader import Reader

__all__ = ["MATRIX_SCHEMA", "Variant", "read_matrix", "variants_of"]

_AXES = ("workload", "blueprint", "store", "kanister", "kubernetes")

MATRIX_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": False,
    "properties": {
        "workload": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "minProperties": 1},
            "description": "Options of the workload, such as {image: mysql:8.4}",
        },
        **{
            axis: {"type": "array", "minItems": 1, "items": {"type": ["string", "number"]}}
            for axis in _AXES[1:]
        },
    },
    "description": "Values of which each combination becomes a scenario of its own",
}


@dataclass(frozen=True)
class Variant:
    """One value of one axis.

    Attributes:
        word: its part of the parameter's name.
        change: makes the variant of a scenario.
    """

    word: str
    change: Callable[[Scenario], Scenario] = field(compare=False)


def read_matrix(reader: Reader) -> list[list[Variant]]:
    """The axes that the matrix has, each with its values."""
    reader.mapping(optional=_AXES)
    axes = [
        [variant for item in reader.at(axis).items() for variant in _values(axis, item)]
        for axis in _AXES
        if reader.has(axis)
    ]
    if not axes or not all(axes):
        raise reader.error("matrix: expected values for at least one axis, found none")
    for axis, values in zip([axis for axis in _AXES if reader.has(axis)], axes, strict=True):
        words = [variant.word for variant in values]
        double = next((word for word in words if words.count(word) > 1), None)
        if double is not None:
            raise reader.at(axis).error(f"matrix.{axis}: the value {double!r} stands here twice")
    return axes


def _values(axis: str, item: Reader) -> list[Variant]:
    if axis == "workload":
        options = item.mapping(optional=None)
        if not options or {"kind", "namespace"} & options.keys():
            raise item.error("matrix.workload: expected options of the workload, such as image")
        if "name" in options:
            item.at("name").text()
        word = "-".join(str(value) for value in options.values())
        return [Variant(_word(word), lambda scenario: _with_options(scenario, options))]
    text = item.scalar()
    mark = item.mark
    if axis == "blueprint":
        change: Callable[[Scenario], Scenario] = lambda scenario: replace(  # noqa: E731 # one expression each, side by side
            scenario, blueprint=text, blueprint_mark=mark
        )
        return [Variant(_word(PurePath(text).stem), change)]
    if axis == "store":
        return [Variant(_word(text), lambda scenario: replace(scenario, store=text))]
    requirement = Requirement(axis, (text,), mark)
    return [
        Variant(
            _word(f"{axis}-{text}"),
            lambda scenario: replace(scenario, requires=(*scenario.requires, requirement)),
        )
    ]


def _with_options(scenario: Scenario, options: Mapping[str, Any]) -> Scenario:
    workload = scenario.workload
    more = {key: value for key, value in options.items() if key != "name"}
    return replace(
        scenario,
        workload=replace(
            workload,
            name=options.get("name", workload.name),
            options={**workload.options, **more},
        ),
    )


def _word(text: str) -> str:
    """Without what pytest's node ids use themselves."""
    return text.replace("::", "-").replace("/", "-").replace("[", "(").replace("]", ")")


def variants_of(scenario: Scenario, axes: Sequence[Sequence[Variant]]) -> list[Scenario]:
    """Each combination, the first axis changing slowest; the scenario itself without a matrix."""
    if not axes:
        return [scenario]
    found = []
    for combination in product(*axes):
        variant = scenario
        for value in combination:
            variant = value.change(variant)
        found.append(replace(variant, variant="-".join(value.word for value in combination)))
    return found
