"""`open_kind`: a kind cluster with Kanister in it, and its end."""

from __future__ import annotations

import contextlib
import queue
import secrets
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_kanister._backends.kind.cluster import KindUse
from pytest_kanister._backends.kind.tools import find_tools
from pytest_kanister._backends.kubeconfig import open_kubeconfig
from pytest_kanister._backends.standing_in import RECORD
from pytest_kanister._base.children import die_with_parent, run
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_kanister._backends.kubeconfig.opening import KubeconfigBackend
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.capabilities import Capabilities
    from pytest_kanister._model.settings import Settings

__all__ = ["KindBackend", "open_kind"]

_OPERATOR_S = 60.0
_END_S = 20.0
_OPERATOR_LOG = "operator.log"


class KindBackend:
    """One run on a kind cluster.

    Attributes:
        kubeconfig: how to talk to it.
        capabilities: what it can do.
    """

    kubeconfig: Path
    capabilities: Capabilities

    def __init__(self, use: KindUse) -> None:
        self.use = use
        self.operator: subprocess.Popen[bytes] | None = None
        self.inner: KubeconfigBackend | None = None

    def connect(self) -> KubeClient:
        """A client of the cluster."""
        assert self.inner is not None
        return self.inner.connect()

    def export_logs(self, folder: Path) -> None:
        """See `HasNodes.export_logs`; what our operator said lies beside the nodes' logs."""
        self.use.export_logs(folder)
        said = self.use.kubeconfig.with_name(_OPERATOR_LOG)
        if said.exists():
            shutil.copyfile(said, folder / _OPERATOR_LOG)

    def close(self) -> None:
        """Ends this use; a second call does nothing."""
        inner, self.inner = self.inner, None
        try:
            if inner is not None:
                inner.close()
        finally:
            self._end_operator()
            self.use.close()

    def _end_operator(self) -> None:
        operator, self.operator = self.operator, None
        if operator is not None:
            operator.terminate()
            try:
                operator.wait(_END_S)
            except subprocess.TimeoutExpired:
                operator.kill()
                operator.wait()


def open_kind(settings: Settings, progress: Callable[[str], None]) -> KindBackend:
    """A kind cluster, made or joined, with somebody in it who executes ActionSets.

    Raises:
        EnvironmentProblem: a program, the engine or an image is missing, or kind failed.
    """
    tools = find_tools()
    backend = KindBackend(KindUse(settings, tools, progress))
    try:
        names = [name.strip() for name in settings.kind_load.split(",") if name.strip()]
        backend.use.load(names)
        visit = replace(
            settings,
            backend="kubeconfig",
            kubeconfig=str(backend.use.kubeconfig),
            context=backend.use.context,
            install=_install(settings),
        )
        if settings.install == "stand-in":
            namespace = f"kanister-{secrets.token_hex(3)}"
            backend.operator = _stand_in(backend.use, tools.kubectl, namespace, progress)
            visit = replace(visit, namespace=namespace)
        backend.inner = open_kubeconfig(visit, progress)
    except BaseException:
        with contextlib.suppress(EnvironmentProblem):
            backend.close()
        raise
    backend.kubeconfig = backend.inner.kubeconfig
    # Its clients say it, too: what a result tells of the cluster comes from them.
    backend.inner.capabilities = replace(backend.inner.capabilities, backend="kind")
    backend.capabilities = backend.inner.capabilities
    return backend


def _install(settings: Settings) -> str:
    """What comes into the cluster: nothing else is in one that we make."""
    if settings.install == "stand-in":
        return "none"
    if settings.install == "none":
        return "helm" if shutil.which("helm") else "manifests"
    return settings.install


def _stand_in(
    use: KindUse, kubectl: Path, namespace: str, progress: Callable[[str], None]
) -> subprocess.Popen[bytes]:
    """Our operator as a process here, on a namespace that is open to us."""
    access = [str(kubectl), "--kubeconfig", str(use.kubeconfig), "--context", use.context]
    for words in (
        ("create", "namespace", namespace),
        ("label", "namespace", namespace, "pytest-kanister/allow=true"),
    ):
        done = run([*access, *words], timeout_s=_OPERATOR_S)
        if done.exit_status:
            raise EnvironmentProblem(
                f"kubectl {' '.join(words)} failed",
                remedies=["mend what kubectl says above, then run again"],
                evidence=done.tail(5),
            )
    progress(f"our operator stands in for Kanister in namespace {namespace}")
    log = use.kubeconfig.with_name(_OPERATOR_LOG)
    module = [sys.executable, "-m", "pytest_kanister", "operator"]
    place = ["--kubeconfig", str(use.kubeconfig), "--context", use.context]
    operator = _started([*module, *place, "--namespace", namespace], log)

    def ready() -> bool | None:
        asked = run([*access, "-n", namespace, "get", "configmap", RECORD], timeout_s=_OPERATOR_S)
        return asked.exit_status == 0 or operator.poll() is not None or None

    wait_until(ready, Deadline(_OPERATOR_S))
    if operator.poll() is not None or ready() is None:
        operator.kill()
        raise EnvironmentProblem(
            "our operator could not start on the kind cluster",
            remedies=["mend what its last words above say, then run again"],
            evidence=log.read_text(errors="replace")[-2000:],
        )
    return operator


def _started(argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    """A child that ends with this process.

    The kernel ends it with the *thread* that made it, and whoever opens a backend may be a thread
    that ends soon: one of its own lives as long as the child.
    """
    made: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()

    def live() -> None:
        try:
            with log.open("wb") as output:
                child = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    preexec_fn=die_with_parent,
                )
        except OSError as error:
            made.put(error)
        else:
            made.put(child)
            child.wait()

    threading.Thread(target=live, name="operator", daemon=True).start()
    child = made.get()
    if isinstance(child, OSError):
        raise child
    return child
