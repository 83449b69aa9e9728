"""A cluster that exists, given by a kubeconfig and a context: we are guests.

`access` makes a kubeconfig of one context; `rights` says what we need and asks before anything
starts; `kanister` finds out who executes ActionSets or puts Kanister there; `leftovers` finds
and removes what runs made; `opening` puts them together.  May import `_backends.embedded`'s
folders and owners, `_kanister.client`, `_kube`, `_base`, `_model`, `errors`; never `_cluster`.
"""

from __future__ import annotations

from pytest_kanister._backends.kubeconfig.opening import KubeconfigBackend, open_kubeconfig

__all__ = ["KubeconfigBackend", "open_kubeconfig"]
