"""Golden files of messages; KANISTER_UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

__all__ = ["FOLDER", "agree"]

FOLDER = Path(__file__).with_name("golden")


def agree(file: Path, text: str) -> None:
    """Compares with the file.

    Raises:
        AssertionError: they differ; says how.
    """
    if os.environ.get("KANISTER_UPDATE_GOLDEN") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    differences = difflib.unified_diff(
        before.splitlines(), text.splitlines(), str(file.name), "now", lineterm="", n=1
    )
    assert before == text, "\n".join(
        [
            *differences,
            f"{file.name}: messages to people have changed: read them by the rule (what / expected "
            "and found / where / what now), then KANISTER_UPDATE_GOLDEN=1 writes the file anew",
        ]
    )
