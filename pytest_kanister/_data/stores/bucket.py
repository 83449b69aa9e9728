"""`S3Bucket`: the harness's own look into a bucket, beside Kanister's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._data.stores.protocol import StoredObject
from pytest_kanister._data.stores.s3 import error_code, told_plainly
from pytest_kanister._data.stores.versions import pending_uploads, stored_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._data.stores.protocol import StoredVersion

__all__ = ["S3Bucket"]


class S3Bucket:
    """Implements `VersionedBucket` on a botocore client.

    Every method raises `EnvironmentProblem` when the server refuses or does not answer.
    """

    def __init__(self, client: Any, name: str, prefix: str = "") -> None:
        self.name = name
        self.prefix = prefix
        self._client = client

    def __repr__(self) -> str:
        return f"<S3Bucket {self.name}/{self.prefix}>"

    def objects(self) -> list[StoredObject]:
        """Everything below the prefix, in key order."""
        with self._told():
            return sorted(self._listed(), key=lambda stored: stored.key)

    def get(self, key: str, *, first: int | None = None, last: int | None = None) -> bytes:
        """The object, or its bytes `first` to `last` inclusive; `KeyError` when it is not there."""
        from botocore.exceptions import ClientError

        ranged = {} if first is None else {"Range": f"bytes={first}-{'' if last is None else last}"}
        with self._told():
            try:
                answer = self._client.get_object(Bucket=self.name, Key=key, **ranged)
            except ClientError as error:
                if error_code(error) == "NoSuchKey":
                    raise KeyError(key) from None
                raise
            with answer["Body"] as body:
                return bytes(body.read())

    def put(self, key: str, body: bytes) -> None:
        """Writes or overwrites."""
        with self._told():
            self._client.put_object(Bucket=self.name, Key=key, Body=body)

    def delete(self, key: str) -> None:
        """Deletes; no error when it is not there."""
        with self._told():
            self._client.delete_object(Bucket=self.name, Key=key)

    def purge(self, key: str) -> None:
        """Deletes every version and delete marker of one object, so that nothing tells of it."""
        with self._told():
            for version in stored_versions(self._client, self.name, key):
                if version.key == key:
                    self._client.delete_object(
                        Bucket=self.name, Key=key, VersionId=version.version_id
                    )

    def within(self, prefix: str) -> S3Bucket:
        """The same bucket narrowed to a prefix, which is a whole one, not relative to this."""
        return S3Bucket(self._client, self.name, prefix)

    def versioning(self) -> str:
        """`Enabled`, `Suspended`, or empty: it was never switched on."""
        with self._told():
            return str(self._client.get_bucket_versioning(Bucket=self.name).get("Status", ""))

    def versions(self) -> list[StoredVersion]:
        """Every version and delete marker below the prefix, by key, newest first.

        One request for each version that is no marker: only those say checksum and lock.
        """
        with self._told():
            return list(stored_versions(self._client, self.name, self.prefix))

    def uploads(self) -> list[str]:
        """Keys of multipart uploads below the prefix that were begun and never ended."""
        with self._told():
            return pending_uploads(self._client, self.name, self.prefix)

    def keep_versions(self) -> None:
        """Switches versioning on; a bucket that has begun cannot go back to having none."""
        with self._told():
            self._client.put_bucket_versioning(
                Bucket=self.name, VersioningConfiguration={"Status": "Enabled"}
            )

    def create(self, *, lock: bool = False) -> None:
        """Makes the bucket; no error when it is ours already.

        Args:
            lock: objects may be locked against deletion, which brings versions along; S3 takes
                that only when a bucket is made.
        """
        from botocore.exceptions import ClientError

        with self._told():
            try:
                self._client.create_bucket(
                    Bucket=self.name, **({"ObjectLockEnabledForBucket": True} if lock else {})
                )
            except ClientError as error:
                if error_code(error) not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                    raise
                self._client.head_bucket(Bucket=self.name)  # refused when it is somebody else's

    def check_exists(self) -> None:
        """`EnvironmentProblem` when there is no such bucket, or not for us."""
        with self._told():
            self._client.head_bucket(Bucket=self.name)

    def drop(self) -> None:
        """Deletes the bucket, which must be empty."""
        with self._told():
            self._client.delete_bucket(Bucket=self.name)

    def _listed(self) -> Iterator[StoredObject]:
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name, Prefix=self.prefix):
            for entry in page.get("Contents", ()):
                yield StoredObject(entry["Key"], entry["Size"], entry["ETag"].strip('"'))

    def _told(self) -> Any:
        return told_plainly(self._client.meta.endpoint_url, self.name)
