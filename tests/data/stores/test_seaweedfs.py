"""The store as a pod of a real (embedded) cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pytest_kanister._data.stores import ObjectStore
from pytest_kanister._data.stores.seaweedfs import SeaweedFS
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> Iterator[SeaweedFS]:
    made = SeaweedFS(kube, settings, name="store", namespace=namespace("data-store"))
    made.deploy()
    made.wait_ready()
    yield made
    made.remove()


def test_says_what_really_runs(store: SeaweedFS) -> None:
    assert store.version().startswith("SeaweedFS 4.")


def test_buckets(store: SeaweedFS) -> None:
    bucket = store.bucket("backups")
    bucket.put("a/b", b"1")
    assert store.bucket("backups", create=False).get("a/b") == b"1"
    with pytest.raises(EnvironmentProblem, match="create the bucket first"):
        store.bucket("absent", create=False)


def test_readiness_leaves_no_bucket_behind(store: SeaweedFS) -> None:
    store.wait_ready()
    names = [bucket["Name"] for bucket in store._client().list_buckets()["Buckets"]]
    assert not [name for name in names if name.startswith("readiness")]


def test_a_second_worker_joins(store: SeaweedFS, kube: KubeClient, settings: Settings) -> None:
    other: ObjectStore = SeaweedFS(kube, settings, name="store", namespace=store.namespace)
    other.deploy()
    other.wait_ready()
    other.bucket("shared").put("x", b"1")
    assert store.bucket("shared", create=False).get("x") == b"1"
    assert (other.access_key, other.endpoint) == (store.access_key, store.endpoint)


def test_profile_holds_what_pods_can_reach(store: SeaweedFS, kube: KubeClient) -> None:
    profile = store.profile("backups", "some/prefix")
    assert profile == {
        "type": "s3Compliant",
        "bucket": "backups",
        "endpoint": store.endpoint,
        "prefix": "some/prefix",
        "region": "us-east-1",
    }
    assert store.endpoint.startswith("http://127.") is kube.capabilities.endpoint_is_address


def test_keys_do_not_print(store: SeaweedFS) -> None:
    assert repr(store.access_key) == repr(store.secret_key) == "***"
    assert len(store.secret_key.reveal()) == 40
