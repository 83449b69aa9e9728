"""How the embedded cluster's pods are run: as processes of this machine, or as containers."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded.grounds import is_alive
from pytest_kanister._base.folders import cache_folder
from pytest_kanister._cluster.images import BuiltinCatalogue
from pytest_kanister._cluster.images.pulling import PulledImages, choose_catalogue
from pytest_kanister._cluster.kubelet import probe_runtime
from pytest_kanister._kanister.tools import write_programs
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pytest_kanister._cluster.contracts import Catalogue
    from pytest_kanister._cluster.kubelet.runtime import Runtime
    from pytest_kanister._cluster.network import Addresses, Subnet

__all__ = ["LABEL", "Pods", "in_containers", "in_processes", "sweep_containers"]

LABEL = "pytest-kanister/cluster"
"""Label of containers and networks: the folder of the cluster that made them."""

_NOT_MODELLED = (
    "RBAC: every request is allowed",
    "scheduling: there is one node, requests and limits are not enforced",
    "liveness and startup probes are not run",
    "attach and SPDY are not served, which kubectl port-forward needs",
    "network policies and ExternalName Services",
    "admission webhooks, but for the checks of Kanister's own on Blueprints",
    "volume snapshots are copies made file by file, not of one instant",
    "storage classes' parameters",
)

_NOT_AS_PROCESSES = (
    "images: a known name means programs of this machine (--kanister-images pull runs its own)",
    "kando's memory: ours streams, the released one buffers the whole object",
)

_AS_PULLED = (
    "images are their registries' own, but for the S3 server's: a program in one sees a single "
    "user, and what it writes to /usr, /bin, /sbin and /lib is refused",
)

_NOT_AS_CONTAINERS = (
    "pods do not reach the API server",
    "Services whose ports are not their pods', or that have several pods, share one address",
    "a pod's further containers lose their network when its first one starts again",
)


@dataclass(frozen=True)
class Pods:
    """What the kubelet and the names of a cluster are made of.

    Attributes:
        backend: `embedded` or `containers`.
        runtime: makes sandboxes.
        catalogue: says what an image is.
        addresses: one for each pod.
        proxies: one for each Service that is more than a name.
        not_modelled: for `Capabilities`.
    """

    backend: str
    runtime: Runtime
    catalogue: Catalogue
    addresses: Addresses
    proxies: Addresses
    not_modelled: tuple[str, ...]


def in_processes(
    options: Mapping[str, Any], folder: Path, subnet: Subnet, progress: Callable[[str], None]
) -> Pods:
    """Blocking; raises `EnvironmentProblem` when this machine allows no sandbox."""
    cache = cache_folder(options["cache"])
    runtime = probe_runtime(options["isolation"], cache, progress)
    programs = write_programs(folder / "programs")
    builtin = BuiltinCatalogue(cache, strict=options["strict"], tools=programs)
    roots = runtime.name == "bubblewrap"
    if options["images"] == "pull" and not roots:
        raise EnvironmentProblem(
            f"images cannot be run as they are here: pods are kept apart by {runtime.name}, "
            "which gives them no root file system of their own",
            remedies=["allow bubblewrap: `pytest-kanister doctor` says how", "or use Docker"],
        )
    catalogue = choose_catalogue(options["images"], builtin, PulledImages(cache) if roots else None)
    as_processes = _AS_PULLED if options["images"] == "pull" else _NOT_AS_PROCESSES
    not_modelled = (*_NOT_MODELLED[:4], *as_processes, *_NOT_MODELLED[4:])
    return Pods("embedded", runtime, catalogue, subnet, subnet, not_modelled)


def in_containers(folder: Path) -> Pods:
    """Blocking; raises `EnvironmentProblem` when there is no Docker to be had."""
    from pytest_kanister._cluster.kubelet.containers import (
        ContainerImages,
        ContainerNetwork,
        Containers,
        Engine,
    )

    engine = Engine({LABEL: str(folder)})
    sweep_containers(engine.client)
    network = ContainerNetwork(engine)
    return Pods(
        "containers",
        Containers(engine, network),
        ContainerImages(engine),
        network,
        network.gateway(),
        (*_NOT_MODELLED, *_NOT_AS_CONTAINERS),
    )


def sweep_containers(client: Any) -> list[str]:
    """Removes what clusters that were killed have left on the engine; what that was, in words."""
    removed = []
    listed = client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
    for container in listed:
        if not is_alive(Path(container.labels[LABEL])):
            with contextlib.suppress(Exception):  # somebody else is sweeping, too
                container.remove(force=True, v=True)
                removed.append(f"container {container.name}")
    for network in client.networks.list(filters={"label": LABEL}):
        if not is_alive(Path(network.attrs["Labels"][LABEL])):
            with contextlib.suppress(Exception):
                network.remove()
                removed.append(f"network {network.name}")
    return removed
