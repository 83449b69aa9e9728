"""`ObjectStore` and `Bucket`: where backups go, and the harness's own look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.secret import Secret
    from pytest_kanister._model.settings import Settings

__all__ = ["Bucket", "ObjectStore", "StoredObject", "StoredVersion", "VersionedBucket"]


@dataclass(frozen=True)
class StoredObject:
    """One object: key, size, entity tag without quotes."""

    key: str
    size_bytes: int
    etag: str


@dataclass(frozen=True)
class StoredVersion:
    """One version of an object, or a delete marker.

    In a bucket that keeps no versions each object is its own only version.

    Attributes:
        key: whole key.
        version_id: the server's; `null` where versions are not kept.
        size_bytes: 0 for a delete marker.
        etag: without quotes; empty for a delete marker.
        is_latest: what a reader who names no version gets.
        is_marker: a delete marker, which hides the versions below it.
        checksum: as stored, `SHA256 a4ayc/80/…=`; empty where the writer asked for none.
        lock: why it cannot be deleted: `GOVERNANCE until 2026-11-24T17:12:57Z`, `legal hold`, both
            with `, ` between them; empty: it can.
    """

    key: str
    version_id: str
    size_bytes: int
    etag: str
    is_latest: bool = True
    is_marker: bool = False
    checksum: str = ""
    lock: str = ""


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


@runtime_checkable
class VersionedBucket(Bucket, Protocol):
    """A bucket that also shows what a plain listing hides."""

    def versioning(self) -> str:
        """`Enabled`, `Suspended`, or empty: it was never switched on."""
        ...

    def versions(self) -> list[StoredVersion]:
        """Every version and delete marker below the prefix, by key, newest first."""
        ...

    def uploads(self) -> list[str]:
        """Keys of multipart uploads below the prefix that were begun and never ended."""
        ...

    def purge(self, key: str) -> None:
        """Deletes every version and delete marker of one object, so that nothing tells of it."""
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
