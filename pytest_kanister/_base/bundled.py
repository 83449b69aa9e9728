"""Files that come with us: Blueprints, datasets, scenarios."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from pytest_kanister.errors import EnvironmentProblem

__all__ = ["bundled"]


def bundled(*parts: str) -> Path:
    """A file or folder that comes with the package: `bundled("fixtures", "datasets", "mysql")`.

    An installed package has it below `pytest_kanister/_bundled`; a checkout beside the package.

    Raises:
        EnvironmentProblem: neither place has it.
    """
    packaged = resources.files("pytest_kanister")
    places = [packaged.joinpath("_bundled", *parts)]
    if isinstance(packaged, Path):
        places.append(packaged.parent.joinpath(*parts))
    for place in places:
        if isinstance(place, Path) and place.exists():
            return place
    raise EnvironmentProblem(
        f"pytest-kanister's own {'/'.join(parts)} is not there",
        looked=[str(place) for place in places],
        remedies=["install pytest-kanister again, unpacked (not from inside a zip file)"],
    )
