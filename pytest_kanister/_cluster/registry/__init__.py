"""What the embedded cluster stores and by which rules: kinds, a strategy per kind, the store.

`store` holds objects, versions and watchers; `kinds` says what is served; `strategies` hold
each kind's defaults, validation, update rules and table row; `schema` and `types/` hold the
field tables of the built-in kinds; `structural` does the same for CRDs.  All of it is plain,
synchronous Python without I/O.  Imports `_model` and `errors` only.
"""

from pytest_kanister._cluster.registry.store import Store

__all__ = ["Store"]
