"""`pytest-kanister diff BEFORE AFTER`: what two snapshot files do not share."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._data.evidence import load_snapshot
from pytest_kanister._data.proof import compare
from pytest_kanister._data.proof.diff import LIMIT
from pytest_kanister.errors import RoundTripMismatch

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `diff`; returns 0 when both are equal, else 1."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister diff",
        description="Compares two files of `pytest-kanister snapshot`, offline. Exit status: "
        "0 equal, 1 different, 2 usage, 3 they cannot be compared.",
    )
    parser.add_argument("before", type=Path, metavar="BEFORE")
    parser.add_argument("after", type=Path, metavar="AFTER")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--limit", type=_count, default=LIMIT, help=f"entries of each list (default {LIMIT})"
    )
    chosen = parser.parse_args(arguments)
    before, after = load_snapshot(chosen.before), load_snapshot(chosen.after)
    diff = compare(before, after, limit=chosen.limit)
    if chosen.json:
        print(json.dumps(diff.to_json(), indent=2))
    elif diff:
        print(diff)
        print(f"different: {' and '.join(diff.grades)}")
    else:
        print(f"equal: {after.summary()}")
    return RoundTripMismatch.exit_code if diff else 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, found {text}")
    return number
