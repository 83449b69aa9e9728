"""pytest-kanister: proves that what a Kanister Blueprint backs up comes back, and nothing else.

The names below are the public interface; everything else is private, as its underscore says.
They are looked up when first used, so importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._data.proof import Diff, Snapshot
    from pytest_kanister._data.stores import ObjectStore
    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._harness import Harness
    from pytest_kanister._model.capabilities import Capabilities
    from pytest_kanister._model.results import StepResult, Verdict
    from pytest_kanister._model.settings import Settings
    from pytest_kanister._scenario import Scenario, load_scenario

__all__ = [
    "Capabilities",
    "Diff",
    "Harness",
    "ObjectStore",
    "Scenario",
    "Settings",
    "Snapshot",
    "StepResult",
    "Verdict",
    "Workload",
    "load_scenario",
]

_HOMES = {
    "Capabilities": "_model.capabilities",
    "Diff": "_data.proof",
    "Harness": "_harness",
    "ObjectStore": "_data.stores",
    "Scenario": "_scenario",
    "Settings": "_model.settings",
    "Snapshot": "_data.proof",
    "StepResult": "_model.results",
    "Verdict": "_model.results",
    "Workload": "_data.workloads",
    "load_scenario": "_scenario",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("pytest-kanister")
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
