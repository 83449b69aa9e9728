"""The embedded backend: one child process that is the whole cluster, and its life.

`opening` is the parent's side; `serve` is what the child runs; `messages` is what they say to
each other; `grounds` and `owner` see to it that nothing outlives its owner.  Only `serve` and
what it alone imports (`composition`, `kanister`) know `_cluster` and `_kanister`.
"""

from __future__ import annotations

from pytest_kanister._backends.embedded.opening import EmbeddedBackend, open_embedded

__all__ = ["EmbeddedBackend", "open_embedded"]
