"""`mysql`: as correct as the tutorial's, and as forgetful."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_kanister._data.proof.diff import compare
from pytest_kanister._harness import Harness
from pytest_kanister._model.settings import Settings
from tests.corpus.conftest import CORPUS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("corpus"),
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no Blueprints at {CORPUS}"),
]
BLUEPRINT = str(CORPUS / "mysql" / "mysql-blueprint.yaml")


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness(Settings()) as found:
        yield found


def test_backup_restore_delete(harness: Harness) -> None:
    mysql = harness.workload("mysql", namespace="corpus-mysql")
    try:
        mysql.seed("accounts")
        before = mysql.snapshot()
        backup = harness.backup(mysql, BLUEPRINT)
        mysql.damage(drop="myImportantData")
        assert mysql.snapshot() != before
        harness.restore(backup)
        assert mysql.snapshot() == before
        harness.delete(backup)
        assert harness.bucket.objects() == []
    finally:
        harness.close_workload(mysql)


def test_defect_routines_and_events_are_lost_and_new_databases_stay(harness: Harness) -> None:
    """mysqldump without --routines and --events; the restore drops nothing."""
    mysql = harness.workload("mysql", namespace="corpus-mysql-defects")
    try:
        mysql.seed("accounts")
        mysql.execute("CREATE FUNCTION myImportantData.two() RETURNS INT DETERMINISTIC RETURN 2")
        before = mysql.snapshot()
        backup = harness.backup(mysql, BLUEPRINT)
        mysql.damage(drop="myImportantData")
        mysql.execute("CREATE DATABASE later")
        mysql.execute("CREATE TABLE later.t (a INT PRIMARY KEY)")
        harness.restore(backup)
        told = str(compare(before, mysql.snapshot()))
        assert "two" in told, told
        assert "later" in told, told
        assert "Accounts" not in told, told
    finally:
        harness.close_workload(mysql)
