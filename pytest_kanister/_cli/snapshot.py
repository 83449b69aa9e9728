"""`pytest-kanister snapshot TARGET -o FILE`: everything that must come back, as a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._cli.targets import PASSWORD_NOTE, add_reading_options, snapshot_of
from pytest_kanister._data.evidence import save_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `snapshot`; returns 0 when the file is there."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister snapshot",
        description="Reads a whole database server (rows, definitions, code, accounts) in one "
        "consistent transaction and stores it. The file holds data: only you can read it.",
        epilog=PASSWORD_NOTE,
    )
    parser.add_argument(
        "target", metavar="TARGET", help="mysql://USER@HOST[:PORT] or postgresql://…"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    add_reading_options(parser)
    chosen = parser.parse_args(arguments)
    snapshot = snapshot_of(chosen.target, chosen)
    save_snapshot(snapshot, chosen.output)
    print(f"{chosen.output}: {snapshot.summary()}")
    return 0
