"""`KubeClient`: what the harness does with a cluster, in blocking calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pytest_kanister._model.api import Object, PatchType
    from pytest_kanister._model.capabilities import Capabilities
    from pytest_kanister._model.resources import Resource

__all__ = ["Address", "ExecResult", "KubeClient", "warm_up"]

T = TypeVar("T")


class Address(NamedTuple):
    """Where a Service answers for the harness."""

    host: str
    port: int


@dataclass(frozen=True)
class ExecResult:
    """A command run in a container: exit status and its whole output."""

    exit_status: int
    stdout: bytes
    stderr: bytes


def warm_up() -> None:
    """Begins `import kubernetes` in a thread; later use waits for it."""
    raise NotImplementedError


class KubeClient:
    """One cluster.  Every method raises `errors.ApiError` for what the API refuses.

    Args:
        kubeconfig: file that names server, authority and credentials.
        capabilities: what the backend can do; decides how `reach` works.
        context: kubeconfig context; empty: the file's current one.
    """

    def __init__(self, kubeconfig: Path, capabilities: Capabilities, context: str = "") -> None:
        self.kubeconfig = kubeconfig
        self.capabilities = capabilities
        raise NotImplementedError

    def get(self, resource: Resource, name: str, namespace: str | None = None) -> Object:
        """The object, or `NotFound`."""
        raise NotImplementedError

    def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
    ) -> list[Object]:
        """Objects in name order; `namespace` None means all."""
        raise NotImplementedError

    def create(self, obj: Mapping[str, Any], namespace: str | None = None) -> Object:
        """Creates a manifest (apiVersion and kind decide where); `AlreadyExists`, `Invalid`."""
        raise NotImplementedError

    def update(self, obj: Mapping[str, Any]) -> Object:
        """Replaces the object."""
        raise NotImplementedError

    def patch(
        self,
        resource: Resource,
        name: str,
        patch: Mapping[str, Any] | Sequence[Any],
        namespace: str | None = None,
        *,
        patch_type: PatchType = "merge",
    ) -> Object:
        """Changes a part of the object."""
        raise NotImplementedError

    def delete(
        self,
        resource: Resource,
        name: str,
        namespace: str | None = None,
        *,
        wait_s: float | None = None,
        grace_period_s: int | None = None,
    ) -> None:
        """Deletes; no error when it is gone already.  `wait_s`: until it is no longer visible."""
        raise NotImplementedError

    def wait_for(
        self,
        resource: Resource,
        name: str,
        namespace: str | None,
        look: Callable[[Object | None], T | None],
        *,
        timeout_s: float,
    ) -> T | None:
        """Watches one object until `look` returns something other than None.

        `look` gets the object, or None while it does not exist; first at once, then at each
        change.  It may raise.  Returns None on time-out.
        """
        raise NotImplementedError

    def events(self, namespace: str, kind: str, name: str) -> Sequence[Object]:
        """Events about one object, oldest first."""
        raise NotImplementedError

    def logs(
        self, namespace: str, pod: str, *, container: str = "", tail_lines: int | None = None
    ) -> str:
        """A container's output so far."""
        raise NotImplementedError

    def exec(
        self,
        namespace: str,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        stdin: bytes = b"",
        timeout_s: float = 60.0,
    ) -> ExecResult:
        """Runs a command in a container to its end."""
        raise NotImplementedError

    def reach(
        self, namespace: str, service: str, port: int, *, timeout_s: float = 60.0
    ) -> AbstractContextManager[Address]:
        """An address for a Service's port, once it has a ready endpoint.

        `direct`: the address in the Endpoints object.  Raises `EnvironmentProblem` on time-out.
        """
        raise NotImplementedError
