"""The harness's client on the official `kubernetes` package: blocking, the only place it is used.

May import `_base`, `_model`, `errors`.  `import kubernetes` takes up to a second, so it happens
when a `KubeClient` is first used, or earlier in a thread by `warm_up`.
"""

from __future__ import annotations

from pytest_kanister._kube.client import KubeClient
from pytest_kanister._kube.execution import ExecResult
from pytest_kanister._kube.guard import Guard
from pytest_kanister._kube.loading import warm_up
from pytest_kanister._kube.reaching import Address

__all__ = ["Address", "ExecResult", "Guard", "KubeClient", "warm_up"]
