"""What goes to the program in the pod, and what it wrote: all of it, or nothing."""

from __future__ import annotations

import json
from typing import Any

from pytest_kanister.errors import Unverified, UsageProblem

__all__ = ["inside", "whole"]


def whole(stdout: bytes, action: str) -> list[dict[str, Any]]:
    """The answers without the end marker.

    Raises:
        Unverified: the marker is missing, or does not agree with what came.
    """
    lines = stdout.splitlines()
    try:
        answers = [json.loads(line) for line in lines]
    except ValueError:
        answers = []
    if not answers or answers[-1] != {"end": len(answers) - 1}:
        raise Unverified(
            f"files {action}: the output of the program in the pod ended early "
            f"({len(lines)} lines came, and no end marker that agrees)"
        )
    return answers[:-1]


def inside(word: str, path: str) -> str:
    """The path, if it stays inside of the volume.

    Raises:
        UsageProblem: it does not.
    """
    if path.startswith("/") or ".." in path.split("/"):
        raise UsageProblem(f"damage {word}: expected a path inside of the volume, found {path!r}")
    return path
