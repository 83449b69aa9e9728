"""What the Blueprint cannot be blamed for: told as the environment's fault, with a way out."""

from __future__ import annotations

import pytest

from pytest_kanister import Harness
from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import PROFILES, SECRETS
from pytest_kanister._model.settings import Settings
from pytest_kanister._scenario.stage import Stage
from pytest_kanister.errors import EnvironmentProblem
from tests.negative.circle import Circle, Ended
from tests.negative.golden import agree

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("negative")]

SOON_S = 10.0


def check(ended: Ended, name: str, *says: str) -> None:
    assert ended.last == ("backup", "error"), ended.text
    step = ended.result.steps[-1]
    assert step.facts == {"error": "EnvironmentProblem", "exitCode": 4}
    assert ended.result.verdict.exit_code == 4
    agree(name, ended.text)
    for words in ("what now:", *says):
        assert words in ended.text


def test_wrong_s3_key(circle: Circle) -> None:
    def spoil(kube: KubeClient, stage: Stage) -> None:
        (profile,) = kube.list(PROFILES, stage.workload.namespace)
        pair = profile["credential"]["keyPair"]
        kube.patch(
            SECRETS,
            pair["secret"]["name"],
            {"stringData": {pair["secretField"]: "not-the-key"}},
            pair["secret"]["namespace"],
        )

    check(circle(first=spoil), "wrong-s3-key", "key")


def test_profile_names_a_bucket_that_is_missing(circle: Circle) -> None:
    def spoil(kube: KubeClient, stage: Stage) -> None:
        (profile,) = kube.list(PROFILES, stage.workload.namespace)
        kube.patch(
            PROFILES,
            profile["metadata"]["name"],
            {"location": {"bucket": "no-such-bucket"}},
            stage.workload.namespace,
        )

    check(circle(first=spoil), "bucket-missing", "no-such-bucket")


def test_secret_without_the_password_key(circle: Circle) -> None:
    def spoil(kube: KubeClient, stage: Stage) -> None:
        (secret,) = stage.workload.secrets.values()
        kube.patch(SECRETS, secret.name, {"data": {"mysql-root-password": None}}, secret.namespace)

    check(circle(first=spoil), "secret-without-password", "mysql-root-password")


SCRIPT = """\
        image: ghcr.io/kanisterio/mysql-sidecar:0.75.0
        command:
        - bash
        - -o
        - errexit
        - -o
        - nounset
        - -o
        - pipefail
        - -c
        - |
          IFS= read -r MYSQL_PWD <<'SECRET_ENDS'
          {{ index .Phases.dumpToBucket.Secrets"""


# Nobody listens there, so every machine says the same.
NOWHERE = "127.0.0.1:1/dumper:1.0"
OTHER_IMAGE = SCRIPT.replace("ghcr.io/kanisterio/mysql-sidecar:0.75.0", NOWHERE)


def test_unknown_image(circle: Circle) -> None:
    ended = circle((SCRIPT, OTHER_IMAGE))

    assert ended.result.steps[-1].seconds < SOON_S
    check(ended, "unknown-image", "dumper:1.0", "PYTEST_KANISTER_IMAGE_MAP")


def test_the_bucket_was_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    # What it takes away is the bucket of a cluster of its own: other workers' backups stay.
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
    monkeypatch.setenv("PYTEST_KANISTER_IMAGE_MAP", "bucket-deleted=busybox")
    with Harness(Settings()) as harness:
        mysql = harness.workload("mysql")
        mysql.seed("accounts")
        own = harness.bucket
        assert isinstance(own, S3Bucket)
        whole = own.within("")
        for stored in whole.objects():
            whole.delete(stored.key)
        whole.drop()
        with pytest.raises(EnvironmentProblem) as problem:
            harness.backup(mysql, "mysql-blueprint.yaml")

    assert problem.value.exit_code == 4
    agree("bucket-deleted", str(problem.value))
