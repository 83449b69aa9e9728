"""`S3Bucket` against a real SeaweedFS, started from the installed wheel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._data.stores.s3 import make_client
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import EnvironmentProblem

pytestmark = pytest.mark.slow

ACCESS, SECRET = Secret("access-key"), Secret("secret-key")


def client(url: str, access: Secret = ACCESS, secret: Secret = SECRET) -> object:
    return make_client(url, access, secret, "us-east-1")


def test_what_was_put_is_there_until_it_is_deleted(bucket: S3Bucket) -> None:
    body = bytes(range(256)) * 100
    bucket.put("dumps/shop/ü 1.gz", body)
    bucket.put("dumps/shop/ü 1.gz", body)
    (stored,) = bucket.objects()
    assert (stored.key, stored.size_bytes) == ("dumps/shop/ü 1.gz", len(body))
    assert '"' not in stored.etag
    assert bucket.get(stored.key) == body
    assert bucket.get(stored.key, first=10, last=12) == body[10:13]
    bucket.delete(stored.key)
    bucket.delete(stored.key)
    assert bucket.objects() == []
    with pytest.raises(KeyError):
        bucket.get(stored.key)


def test_a_prefix_narrows_and_keys_stay_whole(bucket: S3Bucket) -> None:
    for key in ("a/2", "a/1", "ab", "b/1"):
        bucket.put(key, key.encode())
    narrow = bucket.within("a/")
    assert [stored.key for stored in narrow.objects()] == ["a/1", "a/2"]
    assert narrow.get("a/1") == b"a/1"
    assert [stored.key for stored in bucket.objects()] == ["a/1", "a/2", "ab", "b/1"]


def test_listing_goes_on_after_a_thousand(bucket: S3Bucket) -> None:
    with ThreadPoolExecutor(8) as pool:  # clients may be used from threads
        list(pool.map(lambda i: bucket.put(f"{i:04}", b"x"), range(1005)))
    assert [stored.key for stored in bucket.objects()] == [f"{i:04}" for i in range(1005)]


def test_creating_twice_is_no_error_and_keeps_the_objects(bucket: S3Bucket) -> None:
    bucket.put("x", b"1")
    bucket.create()
    assert bucket.get("x") == b"1"


@pytest.mark.parametrize(
    ("access", "secret"), [(ACCESS, Secret("wrong")), (Secret("unknown"), SECRET)]
)
def test_wrong_keys_are_told_without_showing_them(
    endpoint: str, bucket: S3Bucket, access: Secret, secret: Secret
) -> None:
    with pytest.raises(EnvironmentProblem, match="use the access key") as caught:
        S3Bucket(client(endpoint, access, secret), bucket.name).objects()
    assert secret.reveal() not in str(caught.value)


def test_a_missing_bucket_is_told(endpoint: str) -> None:
    missing = S3Bucket(client(endpoint), "no-such-bucket")
    for call in (missing.objects, missing.check_exists, lambda: missing.get("x")):
        with pytest.raises(EnvironmentProblem, match=r"no-such-bucket.*\n.*\n.*create the bucket"):
            call()


def test_nobody_there_is_told() -> None:
    with pytest.raises(EnvironmentProblem, match="does not answer"):
        S3Bucket(client("http://127.0.0.1:9"), "bucket").objects()


def test_the_persons_own_settings_do_not_reach_the_server(
    endpoint: str, bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    bucket.put("x", b"1")
    assert [o.key for o in S3Bucket(client(endpoint), bucket.name).objects()] == ["x"]
