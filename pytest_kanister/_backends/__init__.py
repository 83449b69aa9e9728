"""How a cluster comes to be: `embedded` makes one, `kubeconfig` visits one that exists.

The only room that knows `_cluster`, `_kanister.operator` and `_kanister.tools`, and that puts
them together.  Hands over a kubeconfig and its capabilities; nothing else leaves.
"""

from __future__ import annotations

from pytest_kanister._backends.protocol import Backend, HasNodes, open_backend

__all__ = ["Backend", "HasNodes", "open_backend"]
