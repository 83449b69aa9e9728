"""MySQL: manifests, connection, seeding, damage, snapshot.

May import `_data.proof`, `_kube`, `_base`, `_model`; pymysql is imported when a connection is made.
"""

from __future__ import annotations

from pytest_kanister._data.workloads.mysql.workload import MySQL

__all__ = ["MySQL"]
