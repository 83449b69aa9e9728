"""Which workloads there are: ours, and those that other distributions register."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from pytest_kanister._data.workloads import Workload

__all__ = ["located", "workload_class"]

# Reading every distribution's entry points costs 20 ms and more, so ours are known by heart.
_BUILT_IN = {
    "command": "pytest_kanister._data.workloads.command:Command",
    "files": "pytest_kanister._data.workloads.files:Files",
    "mariadb": "pytest_kanister._data.workloads.mariadb:MariaDB",
    "mysql": "pytest_kanister._data.workloads.mysql:MySQL",
    "postgresql": "pytest_kanister._data.workloads.postgresql:PostgreSQL",
    "redis": "pytest_kanister._data.workloads.redis:Redis",
}

_GROUP = "pytest_kanister.workloads"


def workload_class(kind: str) -> type[Workload]:
    """The class of a workload by the word that scenarios use.

    Raises:
        UsageProblem: nobody registered that word.
    """
    if kind in _BUILT_IN:
        module, _, name = _BUILT_IN[kind].partition(":")
        return cast("type[Workload]", getattr(import_module(module), name))
    from importlib.metadata import entry_points

    registered = {entry.name: entry for entry in entry_points(group=_GROUP)}
    if kind not in registered:
        known = sorted({*_BUILT_IN, *registered})
        raise UsageProblem(f"there is no workload {kind!r}; there are: {', '.join(known)}")
    return cast("type[Workload]", registered[kind].load())


def located(kind: str, options: Mapping[str, Any], beside: Path | None) -> Mapping[str, Any]:
    """The options, with files that the workload's class names looked up beside the scenario.

    Args:
        kind: the workload's.
        options: as the author wrote them.
        beside: the author's own folder; None: the working directory.

    Raises:
        UsageProblem: nobody registered that kind.
    """
    files: tuple[str, ...] = getattr(workload_class(kind), "file_options", ())
    if beside is None:
        return options
    return {
        key: str(beside / value) if key in files and isinstance(value, str) else value
        for key, value in options.items()
    }
