"""The embedded backend: one child process that is the whole cluster, and its life.

`opening` is the parent's side; `serve` is what the child runs; `messages` is what they say to
each other; `grounds` and `owner` see to it that nothing outlives its owner.  Only `serve` and
what it alone imports (`composition`, `kanister`) know `_cluster` and `_kanister`.
"""

from __future__ import annotations

from pytest_kanister._backends.embedded.grounds import sweep
from pytest_kanister._backends.embedded.opening import (
    EmbeddedBackend,
    all_clusters,
    end_own,
    find_standing,
    open_embedded,
    open_standing,
    standing_clusters,
)
from pytest_kanister._backends.embedded.process import end

__all__ = [
    "EmbeddedBackend",
    "all_clusters",
    "end",
    "end_own",
    "find_standing",
    "open_embedded",
    "open_standing",
    "standing_clusters",
    "sweep",
]
