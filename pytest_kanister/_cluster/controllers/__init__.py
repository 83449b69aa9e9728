"""What keeps the embedded cluster's objects in step with each other.

One module per controller, each a level-triggered loop on `loops.Controller` that works
through the `Api` alone: namespaces, owner references, CRDs' end, StatefulSets, Deployments,
ReplicaSets, Jobs, volumes and their snapshots, Service endpoints.  Imports `_cluster.registry`
(kinds, selectors), `_base`, `_model` and `errors`.
"""

from pytest_kanister._cluster.controllers.running import run_controllers

__all__ = ["run_controllers"]
