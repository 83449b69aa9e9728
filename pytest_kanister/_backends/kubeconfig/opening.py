"""`open_kubeconfig`: a run's visit to a cluster that exists, and its leave."""

from __future__ import annotations

import os
import secrets
import shlex
import socket
import time
from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded.grounds import Plot
from pytest_kanister._backends.embedded.owner import Owner
from pytest_kanister._backends.kubeconfig.access import named_context, write_private
from pytest_kanister._backends.kubeconfig.kanister import (
    Executor,
    find_executor,
    install_by_helm,
    install_by_manifests,
)
from pytest_kanister._backends.kubeconfig.leftovers import (
    Leftover,
    find_leftovers,
    is_over,
    remove,
)
from pytest_kanister._backends.kubeconfig.rights import (
    cluster_rights,
    kanister_rights,
    require,
    work_rights,
)
from pytest_kanister._base.polling import Deadline
from pytest_kanister._kube import Guard, KubeClient, warm_up
from pytest_kanister._model.capabilities import Capabilities, Reach
from pytest_kanister._model.resources import CRDS
from pytest_kanister.errors import EnvironmentProblem, HarnessBug, KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pytest_kanister._backends.kubeconfig.rights import Right
    from pytest_kanister._model.settings import Settings

__all__ = ["KubeconfigBackend", "open_kubeconfig"]

PATIENCE_S = 30.0
"""How long a run waits for an API server that has gone: longer than its restart takes."""

_GONE_S = 120.0
"""For namespaces to be emptied at the end: pods may take their grace period of 30 s."""

_PAUSE_S = 0.1

_EMBEDDED = "+pytest-kanister"


class KubeconfigBackend:
    """One run on a cluster that exists.

    Attributes:
        kubeconfig: a private copy that holds the named context only.
        capabilities: what the cluster can do, and this run's name there.
    """

    kubeconfig: Path
    capabilities: Capabilities

    def __init__(
        self, settings: Settings, plot: Plot, guard: Guard, progress: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._plot: Plot | None = plot
        self._guard = guard
        self._progress = progress

    def connect(self) -> KubeClient:
        """A client that keeps to the rules of this run and waits for a server that has gone."""
        return KubeClient(
            self.kubeconfig, self.capabilities, guard=self._guard, patience_s=PATIENCE_S
        )

    def close(self) -> None:
        """Removes what this run made, unless it is kept; a second call does nothing.

        Raises:
            EnvironmentProblem: something could not be removed; says what and how to do it later.
        """
        plot, self._plot = self._plot, None
        if plot is None:
            return
        try:
            if self._settings.keep:
                self._progress(f"run {self._guard.run} is kept: {self._by_hand()} removes it")
            else:
                self._leave()
        finally:
            plot.give_up()

    def _leave(self) -> None:
        kube = self.connect()
        named = (self.capabilities.kanister_namespace, *self.capabilities.namespaces)
        left: list[str] = []
        try:
            deadline = Deadline(_GONE_S)
            # Looked at again: a controller may have made one more pod meanwhile.
            while found := _but_crds(find_leftovers(kube, run=self._guard.run, named=named)):
                left = [line for one in found for line in remove(kube, one, wait_s=_GONE_S)]
                if left or deadline.passed:
                    left = left or [str(one) for one in found]
                    break
                time.sleep(_PAUSE_S)
        except EnvironmentProblem as problem:
            raise EnvironmentProblem(
                f"run {self._guard.run} could not remove what it made on the cluster: "
                f"{problem.message}",
                looked=[f"objects with the label pytest-kanister/run={self._guard.run}"],
                evidence=problem.evidence,
                remedies=[f"when it answers again: {self._by_hand()}"],
            ) from problem
        finally:
            kube.close()
        if left:
            raise EnvironmentProblem(
                f"run {self._guard.run} left something on the cluster",
                evidence="\n".join(left),
                remedies=[self._by_hand()],
            )

    def _by_hand(self) -> str:
        words = ["pytest-kanister", "cleanup", "--context", self._settings.context]
        if self._settings.kubeconfig:
            words += ["--kubeconfig", self._settings.kubeconfig]
        return shlex.join([*words, "--run", self._guard.run])


def open_kubeconfig(settings: Settings, progress: Callable[[str], None]) -> KubeconfigBackend:
    """A cluster that exists, with somebody on it who executes ActionSets.

    Asks for rights before it makes anything.

    Raises:
        UsageProblem: no context named, or a setting that does not fit the cluster.
        EnvironmentProblem: the cluster does not answer, rights are missing, or nobody there
            executes ActionSets.
    """
    config = named_context(settings.kubeconfig, settings.context)
    warm_up()
    me = Owner.of(os.getpid())
    if me is None:
        raise HarnessBug("this process is not in /proc")
    run = secrets.token_hex(3)
    namespaces = tuple(filter(None, (part.strip() for part in settings.namespaces.split(","))))
    named = namespaces if settings.install != "none" else (*namespaces, settings.namespace)
    guard = Guard(run, f"{socket.gethostname()} {me}", named)
    plot = Plot.claim(f"at-{me}-{run}")
    if plot is None:
        raise HarnessBug(f"run {run} exists twice")
    backend = KubeconfigBackend(settings, plot, guard, progress)
    try:
        backend.kubeconfig = write_private(config, plot.folder)
        _settle(backend, settings, guard, namespaces, progress)
    except BaseException:
        _give_up(backend)
        raise
    return backend


def _settle(
    backend: KubeconfigBackend,
    settings: Settings,
    guard: Guard,
    namespaces: tuple[str, ...],
    progress: Callable[[str], None],
) -> None:
    unknown = Capabilities(
        backend="kubeconfig",
        reach="portforward",
        endpoint_is_address=False,
        shared=True,
        kanister="",
        isolation="cluster",
        run=guard.run,
        namespaces=namespaces,
    )
    backend.capabilities = unknown
    kube = KubeClient(backend.kubeconfig, unknown, guard=guard)  # impatient: it may be wrong
    try:
        version = kube.server_version()
        progress(f"context {settings.context}: Kubernetes {version}; this is run {guard.run}")
        for place in namespaces:
            guard.require_open(place, kube.get, f"working in namespace {place}")
        reach = _reach(kube, settings, namespaces)
        installs = settings.install != "none"
        wanted: list[tuple[str, Sequence[Right]]] = [
            ("", cluster_rights(makes_namespaces=not namespaces, installs=installs))
        ]
        wanted += [(place, work_rights(reach)) for place in namespaces or ("",)]
        wanted.append(("" if installs else settings.namespace, kanister_rights()))
        require(kube, wanted)
        _tell_of_others(kube, guard, progress)
        executor = _executor(kube, backend, settings, guard, progress)
    finally:
        kube.close()
    embedded = _EMBEDDED in version
    backend.capabilities = Capabilities(
        backend="kubeconfig",
        reach=reach,
        endpoint_is_address=False,
        shared=True,
        kanister=executor.words,
        isolation="cluster",
        not_modelled=("this cluster is an embedded one, whose limits apply",) if embedded else (),
        kanister_namespace=executor.namespace,
        kanister_account=executor.account,
        run=guard.run,
        namespaces=namespaces,
    )


def _reach(kube: KubeClient, settings: Settings, namespaces: tuple[str, ...]) -> Reach:
    """Port-forward where it is allowed, else exec; the rights' check tells if neither is."""
    if settings.reach == "exec":
        return "exec"
    if settings.reach == "auto":
        place = namespaces[0] if namespaces else ""
        if not kube.allowed("create", "", "pods", place, subresource="portforward") and (
            kube.allowed("create", "", "pods", place, subresource="exec")
        ):
            return "exec"
    return "portforward"


def _executor(
    kube: KubeClient,
    backend: KubeconfigBackend,
    settings: Settings,
    guard: Guard,
    progress: Callable[[str], None],
) -> Executor:
    if settings.install == "none":
        what = "making ActionSets and Blueprints"
        executor = find_executor(kube, settings.namespace)
        guard.require_open(settings.namespace, kube.get, what)
        return executor
    namespace = f"kanister-{guard.run}"
    progress(f"Kanister {settings.release} is installed in namespace {namespace}")
    if settings.install == "helm":
        return install_by_helm(
            kube,
            backend.kubeconfig,
            namespace,
            settings.release,
            timeout_s=settings.ready_timeout_s,
        )
    return install_by_manifests(
        kube, namespace, settings.release, timeout_s=settings.ready_timeout_s
    )


def _tell_of_others(kube: KubeClient, guard: Guard, progress: Callable[[str], None]) -> None:
    host = socket.gethostname()
    for leftover in find_leftovers(kube):
        if leftover.run != guard.run and is_over(leftover, host):
            progress(
                f"an earlier run, {leftover.run}, left {leftover}; "
                "`pytest-kanister cleanup` removes it"
            )


def _but_crds(found: list[Leftover]) -> list[Leftover]:
    """Those that have more than CRDs, which stay as long as anybody's objects are of them."""
    return [
        one for one in found if one.namespaces or any(kind != CRDS for kind, _, _ in one.objects)
    ]


def _give_up(backend: KubeconfigBackend) -> None:
    """Removes what a failed opening made; the failure is what has to be told."""
    try:
        backend.close()
    except KanisterHarnessError as error:
        backend._progress(str(error))
