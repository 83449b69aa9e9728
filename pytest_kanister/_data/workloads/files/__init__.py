"""A volume's tree of files: manifests, seeding, damage, snapshot.

May import `_data.proof`, `_kube`, `_base`, `_model`.  `pod_program.py` is never imported: it runs
in the pod, on whatever Python that has.
"""

from __future__ import annotations

from pytest_kanister._data.workloads.files.workload import Files

__all__ = ["Files"]
