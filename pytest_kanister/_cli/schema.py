"""`pytest-kanister schema`: JSON schemas for editors and programs."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from pytest_kanister._report.run_report import report_schema
from pytest_kanister._scenario.schema import scenario_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_SCHEMAS = {"scenario": scenario_schema, "report": report_schema}


def main(arguments: Sequence[str]) -> int:
    """Runs `schema`; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister schema",
        description="Prints the JSON schema of *.kanister.yaml files, or of --kanister-report.",
    )
    parser.add_argument("what", nargs="?", choices=_SCHEMAS, default="scenario")
    chosen = parser.parse_args(arguments)
    print(json.dumps(_SCHEMAS[chosen.what](), indent=2))
    return 0
