"""Arguments that several steps share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._scenario.reader import Reader
    from pytest_kanister._scenario.stage import Stage
    from pytest_kanister._scenario.steps.context import Context

__all__ = ["NAME", "PLACE", "PLACES", "SECONDS", "TEXT", "no_keys", "object_of", "place"]

TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
NAME: Mapping[str, Any] = TEXT
SECONDS: Mapping[str, Any] = {"type": "number", "exclusiveMinimum": 0}

PLACES = ("source", "restored")
PLACE: Mapping[str, Any] = {
    "enum": list(PLACES),
    "description": "The workload that was backed up, or the one that the last restore went into",
}


def object_of(properties: Mapping[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The schema of a mapping with these keys and no other."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    return schema


def no_keys(reader: Reader, keys: tuple[str, ...]) -> Reader | None:
    """The reader of a mapping with optional keys; None when nothing stands after the colon."""
    if reader.data is None:
        return None
    reader.mapping(optional=keys)
    return reader


def place(context: Context, where: str) -> Stage:
    """The stage that `in: source` or `in: restored` means.

    Raises:
        ScenarioError: nothing was restored yet.
    """
    if where == "source":
        return context.stage
    if context.restored is None:
        raise context.error(
            "nothing was restored yet at this step", "put a step 'restore' above this one"
        )
    return context.restored.stage
