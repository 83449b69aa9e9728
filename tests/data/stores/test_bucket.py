"""`S3Bucket` against a real SeaweedFS, started from the installed wheel."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen

import pytest

from pytest_kanister._base.children import die_with_parent, kill_tree
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._data.stores.s3 import make_client, warm_up
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import EnvironmentProblem

pytestmark = pytest.mark.slow

ACCESS, SECRET = Secret("access-key"), Secret("secret-key")


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    weed = Path(sys.executable).with_name("weed")
    if not weed.is_file():
        pytest.fail(f"{weed} is missing: install the extra `embedded`")
    # `mini` wants ports that nobody has on any address; all but this one it finds itself.
    port = 20000 + secrets.randbelow(10000)
    ip = f"127.{64 + secrets.randbelow(64)}.{secrets.randbelow(256)}.{1 + secrets.randbelow(254)}"
    folder = tmp_path_factory.mktemp("weed")
    warm_up()
    env = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": ACCESS.reveal(),
        "AWS_SECRET_ACCESS_KEY": SECRET.reveal(),
        "TMPDIR": str(folder),
    }
    argv = [str(weed), "mini", f"-dir={folder}", f"-ip={ip}", f"-ip.bind={ip}"]
    argv += ["-master.telemetry=false", "-webdav=false", "-admin.ui=false"]
    argv += ["-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.port={port}"]
    with (folder / "log").open("wb") as log:
        server = Popen(
            argv,
            cwd=folder,
            env=env,
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        url = f"http://{ip}:{port}"

        def works() -> bool | None:
            try:
                bucket = S3Bucket(client(url), "readiness")
                bucket.create()
                bucket.put("probe", b"x")
                bucket.delete("probe")
            except EnvironmentProblem:
                return None
            return True

        assert wait_until(works, Deadline(30)), (folder / "log").read_text()
        yield url
    finally:
        kill_tree(server.pid)
        server.wait()
        # Its sockets stand in /tmp whatever TMPDIR says, and stay after a kill.
        for path in Path("/tmp").glob("seaweedfs-*.sock"):
            if not _listens(path) and path.stat().st_uid == os.getuid():
                path.unlink(missing_ok=True)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def client(url: str, access: Secret = ACCESS, secret: Secret = SECRET) -> object:
    return make_client(url, access, secret, "us-east-1")


@pytest.fixture
def bucket(endpoint: str) -> S3Bucket:
    made = S3Bucket(client(endpoint), f"bucket-{secrets.token_hex(4)}")
    made.create()
    return made


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
