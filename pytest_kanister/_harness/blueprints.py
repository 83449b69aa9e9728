"""Where a Blueprint is looked up."""

from __future__ import annotations

import difflib
from pathlib import Path

from pytest_kanister._base.bundled import bundled
from pytest_kanister.errors import UsageProblem

__all__ = ["find_blueprint"]


def find_blueprint(name: str | Path, beside: Path | None = None) -> Path:
    """The file: as named when absolute, else beside the test or scenario, else a bundled one.

    Args:
        name: path as the author wrote it.
        beside: the author's own folder; None: the working directory.

    Raises:
        UsageProblem: nowhere; says where it was looked for.
    """
    path = Path(name)
    if path.is_absolute():
        places = [path]
    else:
        places = [(beside or Path.cwd()) / path, bundled("fixtures", "blueprints") / path.name]
    for place in places:
        if place.is_file():
            return place
    looked = "\n".join(f"    - {place}" for place in places)
    there = {each.name for place in places for each in place.parent.glob("*.y*ml")}
    near = difflib.get_close_matches(path.name, sorted(there), n=1, cutoff=0.8)
    meant = f"\n  did you mean {near[0]!r}?" if near else ""
    raise UsageProblem(f"there is no Blueprint {str(name)!r}; looked for\n{looked}{meant}")
