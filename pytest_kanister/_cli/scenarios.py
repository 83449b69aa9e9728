"""`pytest-kanister scenarios`: what comes with us, and where it lies."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from pytest_kanister._base.bundled import bundled
from pytest_kanister._scenario import load_scenarios

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `scenarios`; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister scenarios",
        description="Lists the bundled scenarios: one line each, file::name, then what it shows.",
    )
    parser.parse_args(arguments)
    for path in sorted(bundled("scenarios").rglob("*.kanister.yaml")):
        for scenario in load_scenarios(path):
            print(f"{os.path.relpath(path)}::{scenario.name}")
            if scenario.description:
                print(f"    {scenario.description}")
    return 0
