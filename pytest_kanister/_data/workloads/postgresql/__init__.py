"""PostgreSQL: manifests, connection, seeding, damage, snapshot.

May import `_data.proof`, `_data.evidence`, `_kube`, `_base`, `_model`; psycopg (extra `postgresql`)
is imported when a connection is made.  What a snapshot reads is in `relations`, `code`, `types`,
`rights`, `server` and `others`: one query a class of the inventory.
"""

from __future__ import annotations

from pytest_kanister._data.workloads.postgresql.workload import PostgreSQL

__all__ = ["PostgreSQL"]
