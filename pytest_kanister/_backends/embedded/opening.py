"""`open_embedded`: starts or joins the cluster of this run, and lets go of it."""

from __future__ import annotations

import hashlib
import os
import shlex
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded import process
from pytest_kanister._backends.embedded.grounds import clusters
from pytest_kanister._backends.embedded.messages import Description, load_description
from pytest_kanister._backends.embedded.owner import Owner, owner_pid
from pytest_kanister._kube import KubeClient, warm_up
from pytest_kanister.errors import EnvironmentProblem, HarnessBug

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pytest_kanister._model.settings import Settings

__all__ = [
    "NEEDED",
    "EmbeddedBackend",
    "all_clusters",
    "end_own",
    "find_standing",
    "open_embedded",
    "open_standing",
    "standing_clusters",
]

IDLE_S = 8 * 3600.0
"""A cluster that nobody owns ends after a working day without a request."""

STANDING = "up"
"""Name of the cluster that `cluster up` starts: one a user."""

NEEDED = ("aiohttp", "trustme", "jsonpatch")

_IMAGE_MAP = "PYTEST_KANISTER_IMAGE_MAP"
"""Read by the cluster's process itself; runs that differ in it differ in what images mean."""

_users: dict[int, int] = {}
"""How many open backends of this process use a cluster, by the cluster's pid."""

_lock = threading.RLock()


class EmbeddedBackend:
    """One use of an embedded cluster.

    Attributes:
        kubeconfig: how to talk to it.
        capabilities: what it can do.
        cluster: the process behind it.
    """

    def __init__(
        self, cluster: Description, *, ends_it: bool, progress: Callable[[str], None]
    ) -> None:
        self.cluster = cluster
        self.kubeconfig = cluster.kubeconfig
        self.capabilities = cluster.capabilities
        self._ends_it = ends_it
        self._progress = progress
        self._open = True
        _users[cluster.pid] = _users.get(cluster.pid, 0) + 1

    def connect(self) -> KubeClient:
        """A client of the cluster, which is ours alone."""
        return KubeClient(self.kubeconfig, self.capabilities)

    def close(self) -> None:
        """Ends the cluster if it is this process's own and nobody else in it uses it."""
        with _lock:
            if not self._open:
                return
            self._open = False
            _users[self.cluster.pid] -= 1
            if _users[self.cluster.pid]:
                return
            del _users[self.cluster.pid]
            if self.cluster.keep:
                kubeconfig = shlex.quote(str(self.kubeconfig))
                self._progress(f"the cluster is kept: export KUBECONFIG={kubeconfig}")
            elif self._ends_it:
                process.end(self.cluster)


def open_embedded(settings: Settings, progress: Callable[[str], None]) -> EmbeddedBackend:
    """The embedded cluster of this run: the first process that asks starts it, others join.

    It belongs to the pytest controller (without xdist: this process) and ends with it.

    Raises:
        EnvironmentProblem: an extra is not installed, or this machine cannot run it.
    """
    _require_extra()
    pid = owner_pid()
    owner = Owner.of(pid)
    if owner is None:
        raise HarnessBug(f"the owner of the embedded cluster, process {pid}, is gone already")
    options = _options(settings)
    # Runs of one process with different choices need different clusters.
    chosen = [*sorted(options.items()), os.environ.get(_IMAGE_MAP)]
    choices = hashlib.sha256(repr(chosen).encode()).hexdigest()[:6]
    options |= {"owner": str(owner), "keep": settings.keep}
    name = f"run-{owner}-{choices}"
    with _lock:
        cluster = process.join(name) or process.start(name, options, progress, warm_up)
        return EmbeddedBackend(cluster, ends_it=pid == os.getpid(), progress=progress)


def open_standing(settings: Settings, progress: Callable[[str], None]) -> Description:
    """The cluster that lives until `cluster down`, or eight idle hours; started when missing."""
    _require_extra()
    options = {**_options(settings), "owner": str(Owner.of(os.getpid())), "keep": True}
    return process.join(STANDING) or process.start(STANDING, options, progress)


def end_own() -> None:
    """Ends this process's own clusters, kept ones aside, and waits until they are gone.

    For a pytest controller whose workers are over: no cluster outlives its pytest, not by a second.
    """
    mine = f"run-{Owner.of(os.getpid())}-"
    for cluster in all_clusters():
        if cluster.folder.name.startswith(mine) and not cluster.keep:
            process.end(cluster)


def find_standing() -> Description | None:
    """The cluster that `cluster up` started, if it runs."""
    return process.join(STANDING)


def all_clusters() -> list[Description]:
    """Every cluster of this user that is ready."""
    found = (load_description(folder) for folder in clusters())
    return [cluster for cluster in found if cluster is not None]


def standing_clusters() -> list[Description]:
    """Those that `cluster down` ends: the standing one, and kept ones whose run is over."""

    def over(cluster: Description) -> bool:
        name = cluster.folder.name
        return name == STANDING or Owner.parse(name.split("-", 1)[1].rsplit("-", 1)[0]).gone

    return [cluster for cluster in all_clusters() if cluster.keep and over(cluster)]


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "cache": settings.cache,
        "isolation": settings.isolation,
        "strict": settings.strict,
        "images": settings.images,
        "runtime": "containers" if settings.backend == "containers" else "processes",
        "idle_s": IDLE_S,
    }


def _require_extra() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise EnvironmentProblem(
            f"the embedded cluster needs what is not installed: {', '.join(missing)}",
            remedies=["pip install 'pytest-kanister[embedded]'"],
        )
