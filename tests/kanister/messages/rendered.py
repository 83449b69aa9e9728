"""Which messages of the source have an example as a person sees it, and which have none.

The examples are blocks of the golden files `EXAMPLES`, separated by empty lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.kanister.messages.agreement import FOLDER
from tests.kanister.messages.sites import Site

__all__ = ["EXAMPLES", "blocks", "is_bare", "named", "unrendered"]

EXAMPLES = (
    *(
        FOLDER / f"{name}.txt"
        for name in ("blueprints", "client", "kanctl", "kando", "limits", "operator")
    ),
    FOLDER.parents[2] / "conformance/kanister/golden/messages.txt",
)
"""Written by running the real thing; `classes.txt` is not among them, as it is made by hand."""

_PUT_IN = re.compile(r"\{[^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*\}")
_BEFORE = re.compile(r"^(?: {4}|stderr: |stdout: )", re.MULTILINE)


def blocks(files: Iterable[Path] = EXAMPLES) -> list[str]:
    """The examples, without what stands before each of their lines."""
    found: list[str] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        found += [_BEFORE.sub("", block) for block in text.split("\n\n") if block.strip()]
    return found


def is_bare(site: Site) -> bool:
    """Whether the site only passes on what somebody else says: there is nothing to find."""
    return not re.search(r"\w", "".join(_fixed(site)))


def named(site: Site) -> str:
    """The site as the list of exceptions names it."""
    return f"{site.module.removeprefix('_kanister.')}: {site.text}"


def unrendered(found: Iterable[Site], shown: Sequence[str]) -> list[Site]:
    """The sites that no block is an example of; what is put in may be anything."""
    missing: list[Site] = []
    for site in found:
        if is_bare(site):
            continue
        words = re.compile(".*?".join(map(re.escape, _fixed(site))), re.DOTALL)
        if not any(words.search(block) for block in shown):
            missing.append(site)
    return missing


def _fixed(site: Site) -> list[str]:
    """The parts of the message that are always the same."""
    text = site.text.strip("\n")
    if site.kind == "LimitError":
        return [f"limit: {part} would exceed" for part in _PUT_IN.split(text) if part] or [""]
    return _PUT_IN.split(text)
