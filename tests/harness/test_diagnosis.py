"""A failed ActionSet whose cause lies in its surroundings is the environment's fault, by name."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_kanister._data.workloads import Workload
from pytest_kanister._harness import Harness
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import PROFILES, SECRETS
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import ActionSetFailed, EnvironmentProblem

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness(Settings(actionset_timeout_s=60)) as harness:
        yield harness


@pytest.fixture
def mysql(harness: Harness) -> Iterator[Workload]:
    workload = harness.workload("mysql", namespace="odd")
    workload.seed("accounts")
    yield workload
    harness.close_workload(workload)


def profile_of(kube: KubeClient, namespace: str) -> dict[str, Any]:
    (profile,) = kube.list(PROFILES, namespace)
    return profile


def wrong_key(kube: KubeClient, namespace: str) -> None:
    name = profile_of(kube, namespace)["credential"]["keyPair"]["secret"]["name"]
    wrong = base64.b64encode(b"wrong").decode()
    kube.patch(SECRETS, name, {"data": {"aws_secret_access_key": wrong}}, namespace)


def missing_bucket(kube: KubeClient, namespace: str) -> None:
    name = profile_of(kube, namespace)["metadata"]["name"]
    kube.patch(PROFILES, name, {"location": {"bucket": "nobody-made-it"}}, namespace)


def password_gone(kube: KubeClient, namespace: str) -> None:
    kube.patch(SECRETS, "mysql-store", {"data": {"mysql-root-password": None}}, namespace)


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (wrong_key, r"Profile odd\S*/s3-profile-\w+ does not work: S3 refused"),
        (missing_bucket, r"Profile odd\S*/s3-profile-\w+ does not work: S3 refused.*nobody-made"),
        (password_gone, r"Secret odd\S*/mysql-store has lost mysql-root-password"),
    ],
)
def test_what_the_blueprint_stands_on_is_looked_at(
    harness: Harness,
    mysql: Workload,
    break_it: Callable[[KubeClient, str], None],
    says: str,
) -> None:
    break_it(KubeClient(harness.kubeconfig, harness.capabilities), mysql.namespace)

    with pytest.raises(EnvironmentProblem, match=says) as caught:
        harness.backup(mysql, "mysql-blueprint.yaml")

    assert "ActionSet kanister/backup-" in caught.value.evidence
    assert caught.value.remedies


def test_a_dead_database_stays_the_actionsets_own_failure(
    harness: Harness, mysql: Workload
) -> None:
    mysql.execute("ALTER USER 'root'@'%' ACCOUNT LOCK")

    with pytest.raises(ActionSetFailed) as caught:
        harness.backup(mysql, "mysql-blueprint.yaml")

    assert caught.value.phase == "dumpToBucket"
    assert "nothing of it is left in the bucket" in str(caught.value)
    assert harness.bucket.objects() == []
