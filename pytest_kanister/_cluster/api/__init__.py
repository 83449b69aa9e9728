"""The embedded cluster's API server: the verbs, in-process and over HTTP.

`verbs` does the work on `registry`'s store; `local` offers it as `_model.api.Api`; `server`
and its neighbours offer it over HTTPS as Kubernetes does (discovery, patches, watch, Table,
OpenAPI, logs and exec).  Imports `_cluster.registry`, `_cluster.contracts`, `_base`, `_model`
and `errors`; aiohttp and trustme only inside the modules that serve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.api.local import LocalApi

if TYPE_CHECKING:
    from pytest_kanister._cluster.api.server import ApiServer

__all__ = ["ApiServer", "LocalApi"]


def __getattr__(name: str) -> Any:
    # The HTTP server costs a quarter of a second to import; who works in-process never pays it.
    if name == "ApiServer":
        from pytest_kanister._cluster.api.server import ApiServer

        return ApiServer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
