"""The failure bundle: a folder with everything that may explain one failed scenario."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["bundle_name", "marked_source", "write_bundle"]


def bundle_name(nodeid: str) -> str:
    """`a.kanister.yaml::accounts[x]` as a folder's name."""
    kept = "".join(c if c.isalnum() or c in "-._" else "-" for c in nodeid)
    return kept.strip("-.")[-120:] or "scenario"


def marked_source(text: str, lines: set[int]) -> str:
    """A file's text with its line numbers and `>>` before the lines that are meant."""
    rows = text.splitlines()
    width = len(str(len(rows)))
    return "".join(
        f"{'>>' if number in lines else '  '} {number:>{width}} | {row}".rstrip() + "\n"
        for number, row in enumerate(rows, start=1)
    )


def write_bundle(
    folder: Path,
    *,
    failure: str,
    scenario: str,
    record: Mapping[str, Any],
    evidence: Mapping[str, str],
) -> None:
    """Writes the folder, which is emptied first: yesterday's evidence misleads.

    Args:
        folder: made when missing.
        failure: what the person reads.
        scenario: the marked source.
        record: the result as JSON values.
        evidence: further texts by file name.
    """
    shutil.rmtree(folder, ignore_errors=True)
    texts = {
        "failure.txt": failure,
        "scenario.txt": scenario,
        "result.json": json.dumps(record, indent=2, ensure_ascii=False),
        "diff.txt": "\n\n".join(
            f"{step['step']} at {step['where']}\n{step['detail']}"
            for step in record.get("steps", ())
            if step["verdict"] != "proven" and step["detail"]
        ),
        **evidence,
    }
    for name, text in texts.items():
        if text:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
