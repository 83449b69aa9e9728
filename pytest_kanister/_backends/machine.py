"""What killed runs have left on this machine: processes, folders, containers, kind clusters."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded.grounds import sweep
from pytest_kanister._base.folders import cache_folder
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["clean_machine"]


def clean_machine(cache: str, tell: Callable[[str], None]) -> None:
    """Removes what nobody uses any more; a Docker engine that does not answer is only told.

    Args:
        cache: as in `Settings`.
        tell: gets a line for each thing that goes, and for what could not be looked at.

    Raises:
        EnvironmentProblem: kind cannot delete a cluster.
    """
    sweep()
    if find_spec("testcontainers") is not None:
        from pytest_kanister._backends.embedded.pods import LABEL, sweep_containers
        from pytest_kanister._cluster.kubelet.containers import Engine

        try:
            client = Engine({LABEL: "nobody"}).client
        except EnvironmentProblem as problem:
            tell(f"containers: not looked at, as {problem.message}")
        else:
            for removed in sweep_containers(client):
                tell(f"removed {removed}")
    kind = shutil.which("kind")
    if kind is not None and (cache_folder(cache) / "kind").is_dir():
        from pytest_kanister._backends.kind import sweep_kind

        sweep_kind(cache_folder(cache), Path(kind), tell)
