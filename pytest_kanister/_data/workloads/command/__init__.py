"""Any other engine, by its author's own commands: they run in a pod and print canonical lines.

May import `_data.proof`, `_kube`, `_base`, `_model`; knows no engine.
"""

from __future__ import annotations

from pytest_kanister._data.workloads.command.workload import Command

__all__ = ["Command"]
