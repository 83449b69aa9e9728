"""`pytest-kanister operator`: our operator stands in for Kanister on a cluster that has none."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._backends.standing_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `operator` until it is told to end; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister operator",
        description="Executes the ActionSets of one namespace of a cluster, in Kanister's place, "
        "from here. Every result says so. Ends with Ctrl-C.",
    )
    parser.add_argument("--kubeconfig", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--context", required=True, metavar="NAME", help="never the current one by default"
    )
    parser.add_argument(
        "--namespace", default="kanister", metavar="NAME", help="whose ActionSets (kanister)"
    )
    parser.add_argument(
        "--create-namespace", action="store_true", help="make the namespace when it is missing"
    )
    chosen = parser.parse_args(arguments)

    def tell(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    return stand_in(
        chosen.kubeconfig,
        chosen.context,
        chosen.namespace,
        tell,
        create_namespace=chosen.create_namespace,
    )
