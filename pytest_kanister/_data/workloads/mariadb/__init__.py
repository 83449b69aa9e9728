"""MariaDB: what it has beside MySQL, and where it keeps its accounts.

May import `_data.proof`, `_data.workloads.mysql`, `_kube`, `_base`, `_model`.  Its modules about
the catalogue are used by `mysql` too, which asks the server what it is: MariaDB may stand in.
"""

from __future__ import annotations

from pytest_kanister._data.workloads.mariadb.workload import MariaDB

__all__ = ["MariaDB"]
