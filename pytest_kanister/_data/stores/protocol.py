"""`ObjectStore` and `Bucket`: where backups go, and the harness's own look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.secret import Secret
    from pytest_kanister._model.settings import Settings

__all__ = ["Bucket", "ObjectStore", "StoredObject"]


@dataclass(frozen=True)
class StoredObject:
    """One object: key, size, entity tag without quotes."""

    key: str
    size_bytes: int
    etag: str


class Bucket(Protocol):
    """A bucket, or the part of one below a prefix.  Keys are whole keys, prefix included."""

    name: str
    prefix: str

    def objects(self) -> list[StoredObject]:
        """Everything below the prefix, in key order."""
        ...

    def get(self, key: str) -> bytes:
        """The whole object; `KeyError` when it is not there."""
        ...

    def put(self, key: str, body: bytes) -> None:
        """Writes or overwrites: for sabotage and neighbours."""
        ...

    def delete(self, key: str) -> None:
        """Deletes; no error when it is not there."""
        ...

    def within(self, prefix: str) -> Bucket:
        """The same bucket narrowed to a prefix."""
        ...


class ObjectStore(Protocol):
    """One S3 server, made through the cluster's API like any other pod.

    The constructor is `(kube, settings, *, name, namespace)` and touches nothing yet.
    """

    kind: ClassVar[str]

    region: str

    def __init__(
        self, kube: KubeClient, settings: Settings, *, name: str, namespace: str
    ) -> None: ...

    @property
    def access_key(self) -> Secret:
        """Known once `deploy` has returned."""
        ...

    @property
    def secret_key(self) -> Secret:
        """Known once `deploy` has returned."""
        ...

    def deploy(self) -> None:
        """Creates the manifests, or joins those that are there; returns when the API has them."""
        ...

    def wait_ready(self) -> None:
        """Until a real put, ranged get, list and delete have worked."""
        ...

    def remove(self) -> None:
        """Deletes what `deploy` made."""
        ...

    @property
    def endpoint(self) -> str:
        """URL that a Profile must hold: as programs in pods reach the server."""
        ...

    def bucket(self, name: str, *, create: bool = True) -> Bucket:
        """A bucket by name."""
        ...

    def profile(self, bucket: str, prefix: str = "") -> Mapping[str, Any]:
        """The `location` part of a Kanister Profile for this store."""
        ...

    def version(self) -> str:
        """What really runs: `SeaweedFS 4.48`."""
        ...
