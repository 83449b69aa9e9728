"""What an S3 server can do, found out by asking it; and the circle that a store must pass."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.stores.s3 import error_code, told_plainly
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from pytest_kanister._data.stores.bucket import S3Bucket

__all__ = ["Features", "probe_features", "try_out"]

_PART_BYTES = 5 * 1024 * 1024
"""S3's smallest part of a multipart upload, but for the last one."""

_UNKNOWN = {"NotImplemented", "MethodNotAllowed", "501", "405", "UnsupportedOperation"}


@dataclass(frozen=True)
class Features:
    """What a bucket's server offers.

    Attributes:
        versions: `on`, `suspended`, `off`, or `no` where the server knows none.
        lock: `on`, `off` or `no`.
        conditional_writes: whether `If-None-Match: *` keeps an object from being overwritten.
    """

    versions: str
    lock: str
    conditional_writes: bool

    def __str__(self) -> str:
        writes = "honoured" if self.conditional_writes else "ignored"
        return f"versions {self.versions}, lock {self.lock}, conditional writes {writes}"


def probe_features(client: Any, bucket: S3Bucket) -> Features:
    """Asks; writes one object below the bucket's prefix and takes it away again.

    Raises:
        EnvironmentProblem: the server refuses what it must not.
    """
    from botocore.exceptions import ClientError

    def asked(ask: Any) -> tuple[dict[str, Any], str]:
        try:
            return ask(Bucket=bucket.name), ""
        except ClientError as error:
            return {}, error_code(error)

    with told_plainly(client.meta.endpoint_url, bucket.name):
        answer, refusal = asked(client.get_bucket_versioning)
        words = {"Enabled": "on", "Suspended": "suspended"}
        versions = "no" if refusal else words.get(answer.get("Status", ""), "off")
        answer, refusal = asked(client.get_object_lock_configuration)
        enabled = answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"
        lock = "on" if enabled else "no" if refusal in _UNKNOWN else "off"
        # Other workers of the session may be asking at the same moment.
        key = f"{bucket.prefix}once-{secrets.token_hex(4)}"
        client.put_object(Bucket=bucket.name, Key=key, Body=b"first")
        try:
            client.put_object(Bucket=bucket.name, Key=key, Body=b"second", IfNoneMatch="*")
            honoured = False
        except ClientError:
            honoured = bucket.get(key) == b"first"
        finally:
            client.delete_object(Bucket=bucket.name, Key=key)
    return Features(versions, lock, honoured)


def try_out(client: Any, bucket: S3Bucket) -> None:
    """Uses the server in every way in which Kanister and the harness do; leaves nothing behind.

    Raises:
        EnvironmentProblem: something is refused, or answered wrongly.
    """
    body, key = b"0123456789", f"{bucket.prefix}probe"
    big = f"{bucket.prefix}parts"
    first, last = b"a" * _PART_BYTES, b"the end"
    with told_plainly(client.meta.endpoint_url, bucket.name):
        bucket.put(key, body)
        upload = client.create_multipart_upload(Bucket=bucket.name, Key=big)["UploadId"]
        parts = []
        for number, part in enumerate((first, last), start=1):
            made = client.upload_part(
                Bucket=bucket.name, Key=big, UploadId=upload, PartNumber=number, Body=part
            )
            parts.append({"PartNumber": number, "ETag": made["ETag"]})
        client.complete_multipart_upload(
            Bucket=bucket.name, Key=big, UploadId=upload, MultipartUpload={"Parts": parts}
        )
    found = {
        "bytes 2 to 4": (bucket.get(key, first=2, last=4), body[2:5]),
        "an object in parts": (bucket.get(big), first + last),
        "the list": ([stored.key for stored in bucket.objects()], [big, key]),
    }
    for name in (key, big):
        bucket.delete(name)
    found["the list after deletion"] = ([stored.key for stored in bucket.objects()], [])
    wrong = [what for what, (got, wanted) in found.items() if got != wanted]
    if wrong:
        raise EnvironmentProblem(
            f"the S3 server answers wrongly: {', '.join(wrong)} not as it was put",
            remedies=["use another S3 server, or another version of it"],
        )
