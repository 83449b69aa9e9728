"""The kind backend: a Kubernetes in containers, made by pytest-kind, used as one that exists.

`tools` finds the programs, `creating` runs pytest-kind in a process of its own, `cluster` says who
uses a cluster and when it goes, `opening` puts Kanister into it.  pytest-kind is GPL-3.0 and
therefore an extra; it is imported in the process that `creating` is, nowhere else.
"""

from __future__ import annotations

from pytest_kanister._backends.kind.cluster import sweep_kind
from pytest_kanister._backends.kind.opening import KindBackend, open_kind

__all__ = ["KindBackend", "open_kind", "sweep_kind"]
