"""What `doctor` and a careful user ask: which servers are here, and are they as they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._base.packages import unpacked_trees, verify_packages
from pytest_kanister._cluster.images.prepared import prepared_folders, verify_prepared
from pytest_kanister._cluster.images.seaweedfs import find_weed
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["describe", "verify"]


def describe(cache: Path) -> list[tuple[str, str, bool]]:
    """(what, version and place, healthy) for each fetched tree, prepared folder and `weed`.

    Reads every file's content, so it takes a second or two per server.
    """
    rows = []
    for tree in unpacked_trees(cache):
        versions = ", ".join(f"{name} {version}" for name, version in tree.packages)
        healthy = not verify_packages(tree.root)
        rows.append((f"packages {tree.name}", f"{versions} in {tree.root}", healthy))
    rows += [
        (f"prepared data {home.name}", str(home), not verify_prepared(home))
        for home in prepared_folders(cache)
    ]
    try:
        program, version = find_weed()
        rows.append(("S3 server SeaweedFS", f"{version} in {program}", True))
    except EnvironmentProblem as problem:
        rows.append(("S3 server SeaweedFS", problem.message, False))
    return rows


def verify(cache: Path) -> list[str]:
    """Every difference between the cache's content and what was recorded when it was made."""
    problems = [text for tree in unpacked_trees(cache) for text in verify_packages(tree.root)]
    return problems + [text for home in prepared_folders(cache) for text in verify_prepared(home)]
