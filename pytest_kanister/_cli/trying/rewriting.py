"""A copy of a Blueprint with other images and with the names of actions that the steps use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.view import View
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kanister.blueprint import Blueprint

__all__ = ["WORKLOAD", "base_name", "images_of", "match_images", "rewritten"]

WORKLOAD = "workload"
"""The NAME in `--image NAME=IMAGE` that means the database's own image."""


def images_of(blueprint: Blueprint) -> list[str]:
    """Every image that a phase names, once, in the file's order."""
    view = View(blueprint.document, blueprint.lines)
    found = dict.fromkeys(
        text.value
        for phase in view.phases
        for text in phase.argument_texts
        if text.path[-1] == "image"
    )
    return list(found)


def base_name(image: str) -> str:
    """`mysql-sidecar` of `ghcr.io/kanisterio/mysql-sidecar:0.116.0`."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def match_images(blueprint: Blueprint, given: Mapping[str, str]) -> dict[str, str]:
    """Image as the Blueprint has it → image to use.

    Raises:
        UsageProblem: a name that means none of its images.
    """
    images = images_of(blueprint)
    found: dict[str, str] = {}
    for name, image in given.items():
        if name == WORKLOAD:
            continue
        meant = [each for each in images if name in (each, each.partition(":")[0], base_name(each))]
        if not meant:
            there = ", ".join([*images, f"{WORKLOAD} (the database's own)"])
            raise UsageProblem(f"--image: expected one of {there}; found {name!r}")
        found.update(dict.fromkeys(meant, image))
    return found


def rewritten(
    blueprint: Blueprint, images: Mapping[str, str], actions: Mapping[str, str]
) -> str | None:
    """The file's text with replacements, line by line; None when there is nothing to replace.

    Args:
        blueprint: the original.
        images: image → image.
        actions: name in the file → name to use.

    Raises:
        UsageProblem: an image stands in the file otherwise than as plain text.
    """
    edits: list[tuple[int, int, str, str]] = []
    view = View(blueprint.document, blueprint.lines)
    for phase in view.phases:
        for text in phase.argument_texts:
            if text.path[-1] == "image" and text.value in images:
                place = text.place(0)
                edits.append((place.line, place.column, text.value, images[text.value]))
    for name, new in actions.items():
        line, column = blueprint.document.keys[("actions", name)]
        column += blueprint.lines[line - 1][column - 1 : column] in ("'", '"')
        edits.append((line, column, name, new))
    if not edits:
        return None
    lines = list(blueprint.lines)
    for line, column, old, new in sorted(edits, reverse=True):
        source = lines[line - 1]
        if not source.startswith(old, column - 1):
            raise UsageProblem(
                f"{blueprint.document.file}:{line}:{column}: {old!r} is not written in one piece "
                "there, so it cannot be replaced; change the file"
            )
        lines[line - 1] = source[: column - 1] + new + source[column - 1 + len(old) :]
    return "\n".join(lines) + "\n"
