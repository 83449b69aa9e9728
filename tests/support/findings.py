"""`docs/findings.md`: what backups really lose, each with the difference that a test saw.

The page is the golden file: a test compares what it saw with the block of its name, and writes it
there when KANISTER_UPDATE_GOLDEN is set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from pytest_kanister._data.proof import Diff
from pytest_kanister._data.proof.changes import Bounded

__all__ = ["PAGE", "check_finding", "findings", "part"]

PAGE = Path(__file__).parents[2] / "docs" / "findings.md"
_BLOCK = re.compile(r"<!-- finding: (\S+) -->\n```text\n(.*?)```", re.DOTALL)
# When a row came to be, on the machine that ran the test; the end of all time stays.
_NOW = re.compile(r"(?!2038-01-19)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


def findings() -> dict[str, str]:
    """The page's blocks by name."""
    return dict(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def check_finding(name: str, text: str) -> None:
    """Whether the page shows what was seen; the names of a run are masked."""
    seen = _NOW.sub("<time>", text).rstrip() + "\n"
    page = PAGE.read_text(encoding="utf-8")
    assert name in findings(), f"{PAGE.name} has no block for {name}; it would hold:\n{seen}"
    if os.environ.get("KANISTER_UPDATE_GOLDEN"):
        block = f"<!-- finding: {name} -->\n```text\n{seen}```"
        page = re.sub(
            rf"<!-- finding: {re.escape(name)} -->\n```text\n.*?```",
            lambda match: block,
            page,
            flags=re.DOTALL,
        )
        PAGE.write_text(page, encoding="utf-8")
    assert findings()[name] == seen


def part(diff: Diff, kinds: Collection[str] = (), tables: Collection[str] = ()) -> Diff:
    """Of a difference the objects of some classes, and the tables of some qualified names."""
    objects = tuple(item for item in diff.objects.entries if item.kind in kinds)
    shown = tuple(table for table in diff.tables.entries if ".".join(table.name) in tables)
    return replace(diff, objects=Bounded(objects), tables=Bounded(shown))
