"""`_model.api.Api` over HTTP, on aiohttp alone: for kanctl, and an operator outside its cluster.

`kubeconfig` reads who to talk to, `http` speaks, `execution` is the websocket of exec.  Imports
`_base`, `_model`, `errors`; aiohttp inside the functions that need it, as it is an extra's.
"""

from __future__ import annotations

from pytest_kanister._wire.http import HttpApi
from pytest_kanister._wire.kubeconfig import Access, in_cluster, load_kubeconfig

__all__ = ["Access", "HttpApi", "in_cluster", "load_kubeconfig"]
