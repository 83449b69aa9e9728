"""What a plain listing of a bucket hides: older versions, delete markers, locks, open uploads."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.stores.protocol import StoredVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["pending_uploads", "stored_versions"]

_ALGORITHMS = ("SHA256", "SHA1", "CRC64NVME", "CRC32C", "CRC32")


def stored_versions(client: Any, bucket: str, prefix: str) -> Iterator[StoredVersion]:
    """Every version and delete marker below the prefix, by key, newest first.

    Args:
        client: botocore's for S3; its errors are the caller's.
        bucket: its name.
        prefix: of whole keys.
    """
    found: list[tuple[str, bool, float, Mapping[str, Any]]] = []
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for listed, is_marker in (("Versions", False), ("DeleteMarkers", True)):
            for entry in page.get(listed) or ():
                age = -entry["LastModified"].timestamp()
                found.append((entry["Key"], is_marker, age, entry))
    # The latest is first whatever the clock says: two writes may fall into one second.
    found.sort(key=lambda item: (item[0], not item[3]["IsLatest"], item[2]))
    for key, is_marker, _, entry in found:
        if is_marker:
            yield StoredVersion(key, entry["VersionId"], 0, "", entry["IsLatest"], is_marker=True)
            continue
        head = client.head_object(
            Bucket=bucket, Key=key, VersionId=entry["VersionId"], ChecksumMode="ENABLED"
        )
        yield StoredVersion(
            key,
            entry["VersionId"],
            entry["Size"],
            entry["ETag"].strip('"'),
            entry["IsLatest"],
            checksum=_checksum(head),
            lock=_lock(head),
        )


def pending_uploads(client: Any, bucket: str, prefix: str) -> list[str]:
    """Keys of multipart uploads that were begun and never ended: they are stored and paid for."""
    pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix)
    return sorted(entry["Key"] for page in pages for entry in page.get("Uploads") or ())


def _checksum(head: Mapping[str, Any]) -> str:
    for algorithm in _ALGORITHMS:
        if value := head.get(f"Checksum{algorithm}"):
            return f"{algorithm} {value}"
    return ""


def _lock(head: Mapping[str, Any]) -> str:
    said = []
    if mode := head.get("ObjectLockMode"):
        until = head["ObjectLockRetainUntilDate"].astimezone(UTC)
        said.append(f"{mode} until {until:%Y-%m-%dT%H:%M:%SZ}")
    if head.get("ObjectLockLegalHoldStatus") == "ON":
        said.append("legal hold")
    return ", ".join(said)
