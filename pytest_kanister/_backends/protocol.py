"""`Backend`: a cluster that is there, and `open_backend`, which makes it be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.capabilities import Capabilities
    from pytest_kanister._model.settings import Settings

__all__ = ["Backend", "HasNodes", "open_backend"]


class Backend(Protocol):
    """A running cluster with Kanister in it, namespace `kanister` included."""

    kubeconfig: Path
    capabilities: Capabilities

    def connect(self) -> KubeClient:
        """A client of the cluster, which keeps to what this run may touch there."""
        ...

    def close(self) -> None:
        """Ends the cluster if we are its last user and made it; a second call does nothing."""
        ...


@runtime_checkable
class HasNodes(Protocol):
    """A backend whose nodes write logs of their own."""

    def export_logs(self, folder: Path) -> None:
        """Writes them below the folder; raises `EnvironmentProblem` when they cannot be had."""
        ...


def open_backend(settings: Settings, progress: Callable[[str], None]) -> Backend:
    """The cluster that `settings.backend` names, ready to be talked to.

    Args:
        settings: what the run was asked to do.
        progress: called with one line for each thing a person might wait for.

    Raises:
        EnvironmentProblem: this machine cannot give it; the text says what would mend that.
    """
    if settings.backend in ("embedded", "containers"):
        from pytest_kanister._backends.embedded import open_embedded

        return open_embedded(settings, progress)
    if settings.backend == "kind":
        from pytest_kanister._backends.kind import open_kind

        return open_kind(settings, progress)
    if settings.backend == "kubeconfig":
        from pytest_kanister._backends.kubeconfig import open_kubeconfig

        return open_kubeconfig(settings, progress)
    raise UsageProblem(
        "kanister backend: expected embedded, containers, kind or kubeconfig, found"
        f" {settings.backend!r}"
    )
