"""Kanister as a client sees it: what kanctl makes, and the wait for an ActionSet's end.

Blocking, on `_kube`; works with any Kanister, ours or a released one.  May import `_kube`,
`blueprint`, `_base`, `_model`, `errors`; never `operator` or `tools`.
"""

from __future__ import annotations

from pytest_kanister._kanister.client.actionsets import create_actionset, derive_actionset
from pytest_kanister._kanister.client.resources import create_blueprint, create_profile
from pytest_kanister._kanister.client.waiting import wait_actionset

__all__ = [
    "create_actionset",
    "create_blueprint",
    "create_profile",
    "derive_actionset",
    "wait_actionset",
]
