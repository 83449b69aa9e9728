"""Composition: a cluster, a store and workloads become one thing that takes backups.

May import everything below; knows no pytest.  `Harness` is public; the rest serves it.
"""

from __future__ import annotations

from pytest_kanister._harness.harness import Harness

__all__ = ["Harness"]
