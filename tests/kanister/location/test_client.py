"""`S3Client` and `upload` against a real S3 server."""

from __future__ import annotations

import http.client
import io
import secrets
import socket
from typing import Any

import pytest

from pytest_kanister._kanister.location.client import S3Client
from pytest_kanister._kanister.location.errors import LocationError, S3Error, go_words
from pytest_kanister._kanister.location.profile import Location, open_bucket
from pytest_kanister._kanister.location.signing import Credentials
from pytest_kanister._kanister.location.upload import upload

pytestmark = pytest.mark.slow


@pytest.fixture
def client(s3_server: Any) -> Any:
    made = _client(s3_server, s3_server.bucket())
    yield made
    made.close()


def _client(server: Any, bucket: str, secret: str = "") -> S3Client:
    keys = Credentials(server.access_key, secret or server.secret_key)
    return S3Client(bucket, keys, endpoint=server.endpoint)


def test_put_get_delete(client: S3Client, s3_server: Any) -> None:
    body = secrets.token_bytes(100_000)
    key = "dumps/ü mlaut+plus&and=eq~/x.gz"
    client.put(key, body)
    assert s3_server.keys(client.bucket) == [key]
    assert b"".join(client.get(key)) == body
    client.delete(key)
    client.delete(key)
    with pytest.raises(S3Error) as caught:
        client.get(key)
    assert (caught.value.status, caught.value.code) == (404, "NoSuchKey")


def test_empty_object(client: S3Client, s3_server: Any) -> None:
    assert upload(client, "empty", io.BytesIO()) == 0
    assert b"".join(client.get("empty")) == b""


def test_multipart_upload(client: S3Client, s3_server: Any) -> None:
    body = secrets.token_bytes(20_000_001)
    assert upload(client, "large", io.BytesIO(body)) == len(body)
    answer = s3_server.boto().get_object(Bucket=client.bucket, Key="large")
    assert answer["Body"].read() == body
    assert answer["ETag"].endswith('-3"')


def test_source_that_breaks_leaves_no_object(client: S3Client, s3_server: Any) -> None:
    class Broken(io.RawIOBase):
        left = 20_000_000

        def readinto(self, buffer: Any) -> int:
            if self.left <= 0:
                raise OSError(5, "Input/output error")
            count = min(len(buffer), self.left)
            self.left -= count
            return count

    with pytest.raises(OSError, match="Input/output"):
        upload(client, "half", Broken())
    assert s3_server.keys(client.bucket) == []
    uploads = s3_server.boto().list_multipart_uploads(Bucket=client.bucket)
    assert not uploads.get("Uploads")


def test_listing_is_paged_and_by_string_prefix(client: S3Client) -> None:
    for number in range(1001):
        client.put(f"b/{number:04}", b"")
    client.put("b0", b"abc")
    assert len(list(client.objects("b/"))) == 1001
    assert len(list(client.objects("b"))) == 1002
    [row] = client.objects("b0")
    assert (row.key, row.size_bytes) == ("b0", 3)


def test_wrong_key_is_told(s3_server: Any) -> None:
    client = _client(s3_server, s3_server.bucket(), "wrong")
    with pytest.raises(S3Error, match="SignatureDoesNotMatch"):
        client.put("x", b"y")
    client.close()


def test_bucket_is_never_created(s3_server: Any) -> None:
    keys = Credentials(s3_server.access_key, s3_server.secret_key)
    location = Location(
        kind="s3Compliant",
        bucket="nope",
        endpoint=s3_server.endpoint,
        prefix="",
        region="eu-west-2",
        credentials=keys,
        skip_tls_verify=False,
    )
    with pytest.raises(LocationError, match="failed to get bucket nope: NoSuchBucket"):
        open_bucket(location)


def test_parts_grow_with_the_stream(
    client: S3Client, s3_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "pytest_kanister._kanister.location.upload"
    monkeypatch.setattr(f"{module}._PART_BYTES", 5 << 20)
    monkeypatch.setattr(f"{module}._LARGE_PART_BYTES", 6 << 20)
    monkeypatch.setattr(f"{module}._LARGE_FROM_PART", 3)
    body = secrets.token_bytes(5 << 20) * 2 + secrets.token_bytes(7 << 20)
    assert upload(client, "grown", io.BytesIO(body)) == len(body)
    answer = s3_server.boto().get_object(Bucket=client.bucket, Key="grown")
    assert answer["Body"].read() == body
    assert answer["ETag"].endswith('-4"')


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "no"), "dial tcp h:9: connect: connection refused"),
        (OSError(113, "no"), "dial tcp h:9: connect: no route to host"),
        (socket.gaierror(-2, "no"), "dial tcp: lookup h: no such host"),
        (TimeoutError("no"), "dial tcp h:9: i/o timeout"),
        (ConnectionResetError(104, "no"), "read: connection reset by peer"),
        (http.client.RemoteDisconnected("no"), "EOF"),
        (http.client.BadStatusLine("no"), "no"),
    ],
)
def test_go_words(error: Exception, words: str) -> None:
    assert go_words(error, "h", 9) == words
