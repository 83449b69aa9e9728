"""The harness on a real embedded cluster: one cluster for all tests of this file."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pytest_kanister._harness import Harness
from pytest_kanister._model.references import Target
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import UsageProblem

pytestmark = pytest.mark.slow

TABLE = "myImportantData.Accounts"


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness(Settings()) as harness:
        yield harness


def test_two_workloads_of_one_wish_do_not_meet(harness: Harness) -> None:
    one = harness.workload("mysql", namespace="my-production-app")
    two = harness.workload("mysql", namespace="my-production-app")
    try:
        assert one.namespace == "my-production-app"
        assert two.namespace == "my-production-app-2"
        one.seed("accounts")
        assert one.snapshot() != two.snapshot()
        backup = harness.backup(one, "mysql-blueprint.yaml")
        assert [stored.key for stored in harness.bucket.objects()] == []  # the newest: two's part
        assert len(backup.objects) == 1
        assert re.match(r"my-production-app/[0-9a-f]{6}/mysql-backups/", backup.objects[0].key)
        assert set(backup.artifacts) == {"mysqlCloudDump"}
        harness.delete(backup)
    finally:
        harness.close_workload(one)
        harness.close_workload(two)


def test_the_whole_circle_with_facts(harness: Harness) -> None:
    mysql = harness.workload("mysql", namespace="circle")
    try:
        assert mysql.seed("accounts") == 9
        before = mysql.snapshot()
        backup = harness.backup(mysql, "mysql-blueprint.yaml")
        mysql.damage(drop="myImportantData")
        assert mysql.snapshot() != before
        assert harness.restore(backup).startswith(f"restore-{backup.actionset}")
        assert mysql.snapshot() == before
        harness.delete(backup, Target("namespace", "circle", "circle"))
        assert harness.bucket.objects() == []
        ran = harness.ran()
        assert ran["database"].startswith("MySQL ")
        assert ran["store"].startswith("SeaweedFS ")
        roles = {"database", "store", "bucket", "cluster", "kanister", "isolation"}
        assert set(ran) == {*roles, "unseen", "unmodelled"}
    finally:
        harness.close_workload(mysql)


def test_what_belongs_to_nobody_is_refused(harness: Harness) -> None:
    mysql = harness.workload("mysql", namespace="stray")
    harness.close_workload(mysql)

    with pytest.raises(UsageProblem, match="not one that `workload`"):
        harness.backup(mysql, "mysql-blueprint.yaml")
    with pytest.raises(UsageProblem, match="expected lower-case letters"):
        harness.workload("mysql", namespace="Not_A_Name")
    with pytest.raises(UsageProblem, match="found 'colour'"):
        harness.workload("mysql", options={"colour": "red"})
