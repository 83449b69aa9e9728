"""Databases under test, one package each: deploy, seed, damage, snapshot.

The modules beside the packages are what several of them share: a server's objects (`release`,
`manifests`, `volumes`), `options`, `datasets`, `damaging`.

May import `_data.proof`, `_kube`, `_base`, `_model`.  A driver is imported inside its own
package only, when a connection is made.  Third-party workloads register in the entry-point
group `pytest_kanister.workloads` and implement `Workload`.
"""

from __future__ import annotations

from pytest_kanister._data.workloads.protocol import Workload

__all__ = ["Workload"]
