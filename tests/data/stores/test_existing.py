"""Stores by name: a bucket that is there, MinIO's manifests, what a server offers."""

from __future__ import annotations

import secrets
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._data.stores.choosing import make_store
from pytest_kanister._data.stores.existing import ExistingBucket, read_keys
from pytest_kanister._data.stores.features import Features, probe_features, try_out
from pytest_kanister._data.stores.minio import Minio
from pytest_kanister._data.stores.s3 import make_client
from pytest_kanister._data.stores.seaweedfs import SeaweedFS
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem, UsageProblem
from tests.data.stores.conftest import ACCESS, SECRET

pytestmark = pytest.mark.slow
NO_CLUSTER = cast("KubeClient", SimpleNamespace(capabilities=SimpleNamespace(backend="kind")))


@pytest.fixture
def client(endpoint: str) -> Any:
    return make_client(endpoint, ACCESS, SECRET, "us-east-1")


@pytest.fixture
def theirs(client: Any) -> S3Bucket:
    """Somebody's bucket with something in it."""
    bucket = S3Bucket(client, f"theirs-{secrets.token_hex(4)}")
    bucket.create()
    bucket.put("precious", b"do not touch")
    bucket.put("tests/run-other/theirs", b"nor this")
    return bucket


def settings(endpoint: str, bucket: S3Bucket, profile: str = "") -> Settings:
    return Settings(
        store="s3",
        s3_endpoint=endpoint,
        s3_bucket=bucket.name,
        s3_prefix="tests",
        s3_profile=profile,
    )


@pytest.fixture
def profile(tmp_path: Path) -> str:
    file = tmp_path / "credentials"
    file.write_text(
        "[default]\naws_access_key_id = wrong\naws_secret_access_key = wrong\n"
        f"[backups]\naws_access_key_id = {ACCESS.reveal()}\n"
        f"aws_secret_access_key = {SECRET.reveal()}\n"
    )
    return f"{file}:backups"


def test_only_our_prefix_is_used_and_left_empty(
    endpoint: str, theirs: S3Bucket, profile: str
) -> None:
    store = make_store(NO_CLUSTER, settings(endpoint, theirs, profile), "", "tests/run-ours")
    assert isinstance(store, ExistingBucket)
    before = theirs.objects()
    store.deploy()
    store.wait_ready(theirs.name)
    assert theirs.objects() == before

    ours = store.bucket(theirs.name).within("tests/run-ours/")
    ours.put("tests/run-ours/backup", b"b")
    assert store.profile(theirs.name, "tests/run-ours/x")["prefix"] == "tests/run-ours/x"
    store.remove()

    assert theirs.objects() == before
    assert theirs.name in store.version()


def test_keys_that_are_wrong_are_told_at_the_start(
    endpoint: str, theirs: S3Bucket, profile: str
) -> None:
    file = profile.removesuffix(":backups")
    store = make_store(NO_CLUSTER, settings(endpoint, theirs, file), "", "tests/run-ours")
    store.deploy()
    with pytest.raises(EnvironmentProblem, match="S3 refused"):
        store.wait_ready()


def test_keys_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "one")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "two")
    assert [key.reveal() for key in read_keys("")] == ["one", "two"]
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(EnvironmentProblem, match="AWS_SECRET_ACCESS_KEY is not set"):
        read_keys("")


def test_a_profile_file_that_has_none(tmp_path: Path, profile: str) -> None:
    file = profile.removesuffix(":backups")
    with pytest.raises(EnvironmentProblem, match="no pair of keys for profile 'other'") as caught:
        read_keys(f"{file}:other")
    assert SECRET.reveal() not in str(caught.value)
    with pytest.raises(EnvironmentProblem, match="cannot be read: No such file"):
        read_keys(str(tmp_path / "nothing"))


def test_no_bucket_is_made_in_somebodys_account(
    endpoint: str, client: Any, theirs: S3Bucket, profile: str
) -> None:
    store = make_store(NO_CLUSTER, settings(endpoint, theirs, profile), "", "tests/run-ours")
    with pytest.raises(UsageProblem, match="bucket other would have to be made"):
        store.bucket("other")
    gone = S3Bucket(client, "not-there")
    missing = make_store(NO_CLUSTER, settings(endpoint, gone, profile), "", "tests/run-ours")
    with pytest.raises(EnvironmentProblem, match="not-there"):
        missing.wait_ready()


@pytest.mark.parametrize("missing", ["s3_endpoint", "s3_bucket"])
def test_what_the_store_needs(missing: str) -> None:
    given = {"store": "s3", "s3_endpoint": "http://x", "s3_bucket": "b", missing: ""}
    with pytest.raises(UsageProblem, match=f"--kanister-{missing.replace('_', '-')}"):
        make_store(NO_CLUSTER, Settings.of(given), "", "p")


def test_what_a_server_offers(client: Any, theirs: S3Bucket) -> None:
    before = theirs.objects()
    assert probe_features(client, theirs.within("tests/f/")) == Features("off", "off", True)
    client.put_bucket_versioning(Bucket=theirs.name, VersioningConfiguration={"Status": "Enabled"})
    found = probe_features(client, theirs.within("tests/f/"))
    assert str(found) == "versions on, lock off, conditional writes honoured"
    assert theirs.objects() == before


def test_two_workers_may_ask_at_the_same_moment(client: Any, theirs: S3Bucket) -> None:
    others: list[Features] = []

    def another_asks(**_: object) -> None:
        """In the middle of the first one's asking: before it reads what it wrote."""
        client.meta.events.unregister("before-call.s3.GetObject", another_asks)
        others.append(probe_features(client, theirs.within("tests/f/")))

    client.meta.events.register("before-call.s3.GetObject", another_asks)
    first = probe_features(client, theirs.within("tests/f/"))
    assert others == [first]
    assert first.conditional_writes


def test_a_server_that_answers_wrongly_is_found_out(
    client: Any, theirs: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = theirs.within("tests/t/")
    try_out(client, narrow)
    right = S3Bucket.get
    monkeypatch.setattr(
        S3Bucket,
        "get",
        lambda self, key, **ranged: right(self, key),  # ignores ranges
    )
    with pytest.raises(EnvironmentProblem, match="bytes 2 to 4 not as it was put"):
        try_out(client, narrow)


def test_stores_by_name() -> None:
    assert type(make_store(NO_CLUSTER, Settings(), "n", "")) is SeaweedFS
    assert type(make_store(NO_CLUSTER, Settings(store="minio"), "n", "")) is Minio


def test_minio_is_made_of_its_own_image_and_variables() -> None:
    store = Minio(
        NO_CLUSTER,
        Settings(store="minio", store_image="mirror.example/minio:1"),
        name="minio",
        namespace="n",
    )
    secret, service, stateful_set = store._manifests()
    (container,) = stateful_set["spec"]["template"]["spec"]["containers"]
    port = container["ports"][0]["containerPort"]
    assert container["image"] == "mirror.example/minio:1"
    assert container["args"] == ["server", "/data", "--address", f":{port}"]
    read = {e["name"]: e["valueFrom"]["secretKeyRef"]["key"] for e in container["env"]}
    assert set(read) == {"MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"}
    assert set(read.values()) == set(secret["stringData"])
    labels = stateful_set["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    assert stateful_set["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert service["spec"]["ports"][0]["port"] == port


def test_minio_needs_its_image() -> None:
    embedded = cast("KubeClient", SimpleNamespace(capabilities=SimpleNamespace(backend="embedded")))
    store = make_store(embedded, Settings(store="minio", images="catalogue"), "n", "")
    with pytest.raises(UsageProblem, match="catalogue has no MinIO"):
        store.deploy()
