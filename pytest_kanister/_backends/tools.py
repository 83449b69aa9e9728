"""Kanister's tools for people: the way from the command line to `_kanister.tools`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["run_kanctl"]


def run_kanctl(arguments: Sequence[str]) -> int:
    """Runs kanctl in this process; returns its exit status.

    Raises:
        EnvironmentProblem: the extra that it needs is not installed.
    """
    if find_spec("aiohttp") is None:
        raise EnvironmentProblem(
            "kanctl needs what is not installed: aiohttp",
            remedies=["pip install 'pytest-kanister[embedded]'"],
        )
    from pytest_kanister._kanister.tools.kanctl.main import main

    return main(arguments)
