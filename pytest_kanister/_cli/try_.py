"""`pytest-kanister try BLUEPRINT`: a round trip with one's own Blueprint, without a scenario."""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._cli.options import OF_A_ROUND, add_settings, settings_of
from pytest_kanister._cli.trying.attempt import SUFFIX, Attempt
from pytest_kanister._cli.trying.circles import kinds
from pytest_kanister._cli.trying.plan import Wishes, make_plan
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_CONFIRMING = ("kind", "containers", "kubeconfig")


def main(arguments: Sequence[str]) -> int:
    """Runs `try`; returns the exit status."""
    chosen = _parser().parse_args(arguments)
    settings = settings_of(chosen)
    if chosen.workload and chosen.workload not in kinds():
        raise UsageProblem(
            f"--workload: expected {' or '.join(kinds())}, found {chosen.workload!r}"
        )
    if chosen.confirm and chosen.confirm == settings.backend:
        raise UsageProblem(
            f"--confirm: expected another kind of cluster than the first, which is {chosen.confirm}"
        )
    wishes = Wishes(
        kind=chosen.workload,
        images=_pairs("--image", chosen.image),
        options=_pairs("--option", chosen.option),
        # What only the embedded cluster can fill in must be said for the second one.
        backend=chosen.confirm or settings.backend,
    )
    save = _saving(chosen.save) if chosen.save else None
    # With --markdown stdout holds the block and nothing else.
    with tempfile.TemporaryDirectory(prefix="pytest-kanister-try-") as folder:
        attempt = Attempt(
            make_plan(read_blueprint(chosen.blueprint), wishes),
            save or Path(folder) / f"try{SUFFIX}",
            is_saved=save is not None,
            out=sys.stderr if chosen.markdown else sys.stdout,
        )
        return attempt.run(chosen, wishes, settings, shlex.join(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pytest-kanister try",
        description="Takes a Blueprint through the round trip: guesses the database it is for, "
        "reads it (lint), then backup, damage, restore, comparison of everything, delete, a look "
        "into the bucket. Says what was lost and which line to change.",
        epilog="exit status: 0 proven, 1 different, 2 usage or refused, 3 unverified, "
        "4 environment",
    )
    parser.add_argument("blueprint", type=Path, help="a Blueprint file")
    parser.add_argument(
        "--workload", default="", metavar="KIND", help=f"{', '.join(kinds())}; else guessed"
    )
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="NAME=IMAGE",
        help="use IMAGE where the Blueprint has NAME (whole, or its last word); "
        "`workload` is the database's own (repeatable)",
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the ActionSets (repeatable)",
    )
    parser.add_argument("--fast", action="store_true", help="the plain dataset and one backup")
    parser.add_argument(
        "--save", type=Path, metavar=f"FILE{SUFFIX}", help="write what was done as a scenario"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="stdout gets a block for a reviewer instead"
    )
    parser.add_argument(
        "--confirm", choices=_CONFIRMING, default="", help="repeat it on another kind of cluster"
    )
    add_settings(parser, OF_A_ROUND)
    return parser


def _pairs(flag: str, given: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            raise UsageProblem(f"{flag}: expected NAME=VALUE, found {text!r}")
        found[name] = value
    return found


def _saving(path: Path) -> Path:
    if not path.name.endswith(SUFFIX) or path.name == SUFFIX:
        raise UsageProblem(f"--save: expected a name that ends in {SUFFIX}, found {path.name!r}")
    if path.exists():
        raise UsageProblem(f"--save: {path} is there already; name another file")
    if not path.absolute().parent.is_dir():
        raise UsageProblem(f"--save: there is no folder {path.parent}")
    return path
