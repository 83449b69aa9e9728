"""The table: one module per area of the specification, each with `CASES`.

A new function: a module here with its cases, and its name in `_MODULES`.
"""

from __future__ import annotations

from importlib import import_module

from tests.conformance.kanister.case import Case

__all__ = ["all_cases"]

_MODULES = (
    "webhook",
    "intake",
    "launch",
    "phases",
    "artifacts",
    "parameters",
    "arguments",
    "kube_exec",
    "kube_task",
    "kube_ops",
    "scale_workload",
    "prepare_data",
    "waiting",
    "location",
    "more_functions",
    "restic",
    "csi",
    "elsewhere",
    "kanctl",
    "pods",
    "crashes",
)


def all_cases() -> list[Case]:
    """Every case, in the table's order."""
    found: dict[str, Case] = {}
    for name in _MODULES:
        for case in import_module(f"{__name__}.{name}").CASES:
            assert case.id not in found, f"two cases are called {case.id}"
            found[case.id] = case
    return list(found.values())
