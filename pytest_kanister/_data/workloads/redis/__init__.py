"""Redis, and Valkey, which speaks the same: manifests, connection, seeding, damage, snapshot.

May import `_data.proof`, `_kube`, `_base`, `_model`; the driver `redis` (extra `redis`) is imported
when a connection is made.
"""

from __future__ import annotations

from pytest_kanister._data.workloads.redis.workload import Redis

__all__ = ["Redis"]
