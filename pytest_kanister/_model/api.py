"""`Api`: how everything inside a cluster works with it, the operator included.

Two implementations: in-process inside the embedded cluster (`_cluster.api`), and over HTTP
(`_wire`) for kanctl and for the operator standing in for Kanister on a real cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from pytest_kanister._model.resources import Resource

__all__ = ["Api", "Object", "PatchType", "WatchEvent"]

Object = dict[str, Any]
"""A Kubernetes object as it stands on the wire: camelCase keys, JSON values."""

PatchType = Literal["json", "merge", "strategic", "apply"]


@dataclass(frozen=True)
class WatchEvent:
    """One change: `type` is ADDED, MODIFIED, DELETED or BOOKMARK; `object` is the whole object."""

    type: str
    object: Object


class Api(Protocol):
    """The verbs.  Every method raises `errors.ApiError` (a Status) for what the API refuses.

    Objects handed in are not changed and not kept; objects handed out belong to the caller.
    Namespaced resources need `namespace`, except `list` and `watch`, where None means all.
    """

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Object:
        """The object, or `NotFound`."""
        ...

    async def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
    ) -> Object:
        """The List object: `items` in name order, `metadata.resourceVersion` to watch from."""
        ...

    async def create(self, resource: Resource, obj: Object, namespace: str | None = None) -> Object:
        """Creates; `generateName` and Secret `stringData` work.  `AlreadyExists`, `Invalid`."""
        ...

    async def update(self, resource: Resource, obj: Object, *, subresource: str = "") -> Object:
        """Replaces.  With a resourceVersion in `obj` a stale one is a `Conflict`."""
        ...

    async def patch(
        self,
        resource: Resource,
        name: str,
        patch: Mapping[str, Any] | Sequence[Any],
        namespace: str | None = None,
        *,
        patch_type: PatchType = "merge",
        subresource: str = "",
    ) -> Object:
        """Changes a part; the answer is the whole object."""
        ...

    async def delete(
        self,
        resource: Resource,
        name: str,
        namespace: str | None = None,
        *,
        grace_period_s: int | None = None,
        propagation: str = "",
        uid: str = "",
    ) -> Object:
        """Asks for deletion; the object may stay visible (deletionTimestamp) for a while.

        With a `uid`, another object of the same name is left alone (`Conflict`).
        """
        ...

    def watch(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        resource_version: str = "",
        label_selector: str = "",
        field_selector: str = "",
    ) -> AsyncIterator[WatchEvent]:
        """Changes after `resource_version` (empty: first every existing object as ADDED), for ever.

        Raises `Gone` when the version is no longer kept.  Ends only when the caller stops
        iterating or the cluster stops.
        """
        ...

    async def exec(
        self,
        namespace: str,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        stdin: AsyncIterator[bytes] | None = None,
        on_stdout: Callable[[bytes], None],
        on_stderr: Callable[[bytes], None],
    ) -> int:
        """Runs a command in a running container; returns its exit status.

        The callbacks get each chunk as it arrives, in order.  Cancelling ends the command.
        """
        ...

    def logs(
        self, namespace: str, pod: str, *, container: str = "", follow: bool = False
    ) -> AsyncIterator[bytes]:
        """The container's output, stdout and stderr mixed as written; `follow` until it ends."""
        ...
