"""What a backend can do, and what it does not model: printed with every result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Capabilities", "Reach"]

Reach = Literal["direct", "portforward", "exec"]


@dataclass(frozen=True)
class Capabilities:
    """What the harness may rely on.

    Attributes:
        backend: `embedded`, `containers`, `kind` or `kubeconfig`.
        reach: how the harness gets at a Service: by the address in its Endpoints (`direct`), by
            the API's port-forward, or by commands in a pod.
        endpoint_is_address: True when programs in pods use the same literal address as the
            harness (then a Profile's endpoint holds it); False when they need the Service's name.
        shared: True when other people use the cluster, so namespaces are suffixed per run.
        kanister: what executes ActionSets, in words: `embedded operator 0.119.0` …
        isolation: how pods are kept apart: `bubblewrap`, `nss_wrapper`, `containers`, `cluster`.
        losses: what this machine could not give (one sentence each); shown with every result.
        not_modelled: what a real cluster has and this one does not (one sentence each).
        kanister_namespace: where Kanister's controller looks for ActionSets and Blueprints.
        kanister_account: the ServiceAccount it runs as, `namespace/name`, which needs rights in
            namespaces that we make; empty: it needs none.
        run: this run's name on a shared cluster, the suffix of its namespaces; empty elsewhere.
        namespaces: existing namespaces to work in; empty: new ones are made.
    """

    backend: str
    reach: Reach
    endpoint_is_address: bool
    shared: bool
    kanister: str
    isolation: str
    losses: tuple[str, ...] = ()
    not_modelled: tuple[str, ...] = ()
    kanister_namespace: str = "kanister"
    kanister_account: str = ""
    run: str = ""
    namespaces: tuple[str, ...] = ()
