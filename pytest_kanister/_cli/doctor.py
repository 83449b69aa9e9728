"""`pytest-kanister doctor`: which backend this machine gets, why, and what mends the rest."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded.examination import examine
from pytest_kanister._cli.options import add_settings, settings_of
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `doctor`; returns 0 when a round trip can run here, else 4."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister doctor",
        description="Looks at what the embedded cluster needs on this machine.",
    )
    add_settings(parser, ("cache", "isolation"))
    settings = settings_of(parser.parse_args(arguments))
    ailing = False
    remedies: list[str] = []
    print("backend: embedded (what the others lack, they say at their start: docs/clusters.md)")
    for finding in examine(settings, lambda line: print(line, file=sys.stderr, flush=True)):
        ailing = ailing or not finding.ok
        print(f"{'ok  ' if finding.ok else 'FAIL'} {finding.what}: {finding.found}")
        for loss in finding.losses:
            print(f"     lost: {loss}")
        if finding.remedy and finding.remedy not in remedies:
            remedies.append(finding.remedy)
    if remedies:
        print("what now:")
        for remedy in remedies:
            print(f"  {remedy}")
    return EnvironmentProblem.exit_code if ailing else 0
