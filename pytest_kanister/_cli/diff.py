"""`pytest-kanister diff BEFORE AFTER`: what two snapshots do not share, as files or servers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._cli.targets import (
    PASSWORD_NOTE,
    add_reading_options,
    is_target,
    snapshot_of,
)
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
        description="Compares two files of `pytest-kanister snapshot`, offline, or a file with a "
        "server as it is now (mysql://USER@HOST[:PORT]). Exit status: 0 equal, 1 different, "
        "2 usage, 3 they cannot be compared.",
        epilog=PASSWORD_NOTE,
    )
    parser.add_argument("before", metavar="BEFORE", help="a file, or a server")
    parser.add_argument("after", metavar="AFTER", help="a file, or a server")
    add_reading_options(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--limit", type=_count, default=LIMIT, help=f"entries of each list (default {LIMIT})"
    )
    chosen = parser.parse_args(arguments)
    before, after = (
        snapshot_of(each, chosen) if is_target(each) else load_snapshot(Path(each))
        for each in (chosen.before, chosen.after)
    )
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
