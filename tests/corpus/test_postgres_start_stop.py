"""`postgres-start-stop`: a copy of the data folder between pg_backup_start and pg_backup_stop."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.proof import compare
from pytest_kanister._harness import Harness
from pytest_kanister._kanister.client import wait_actionset
from pytest_kanister._kube.pods import wait_pod_ready
from pytest_kanister._model.resources import SECRETS
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import ActionSetFailed, ActionSetTimeout
from tests.corpus.conftest import CORPUS
from tests.support.findings import check_finding

pytestmark = [pytest.mark.thorough, pytest.mark.slow, pytest.mark.xdist_group("corpus")]


def deploy(ground: Any, name: str = "shop", key: str = "postgres-password") -> str:
    """As Bitnami's chart lays a release out; the pod's name."""
    labels = {"app.kubernetes.io/instance": name, "app.kubernetes.io/component": "primary"}
    full = f"{name}-postgresql"
    ground.create("v1", "Secret", full, labels, stringData={key: secrets.token_hex(8)})
    ground.create(
        "v1", "Service", full, labels, spec={"selector": labels, "ports": [{"port": 5432}]}
    )
    reference = {"secretKeyRef": {"name": full, "key": key}}
    container = {
        "name": "postgresql",
        "image": "bitnamilegacy/postgresql:17",
        "env": [{"name": "POSTGRES_PASSWORD", "valueFrom": reference}],
        "volumeMounts": [{"name": "data", "mountPath": "/bitnami/postgresql"}],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "256Mi"}},
        },
    }
    spec = {
        "serviceName": full,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        "volumeClaimTemplates": [claim],
    }
    ground.create("apps/v1", "StatefulSet", full, labels, spec=spec)
    wait_pod_ready(ground.kube, ground.namespace, f"{full}-0", timeout_s=60)
    return f"{full}-0"


def sql(ground: Any, pod: str, statements: str, database: str = "postgres") -> str:
    """Runs statements as the administrator; unaligned rows."""
    script = (
        'PGPASSWORD="$POSTGRES_PASSWORD" psql -XAtq -v ON_ERROR_STOP=1 -U postgres'
        f" -d {database} <<'END'\n{statements}\nEND"
    )
    out: str = ground.sh(pod, script)
    return out


SEED = """
CREATE ROLE clerk LOGIN PASSWORD 'x';
CREATE DATABASE shop OWNER clerk;
\\connect shop
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text, price numeric);
INSERT INTO orders (item, price) SELECT 'item ' || i, i / 7.0 FROM generate_series(1, 1000) AS i;
CREATE FUNCTION total() RETURNS numeric LANGUAGE sql AS 'SELECT sum(price) FROM orders';
"""
STATE = "SELECT count(*), total(), md5(string_agg(o::text, ';' ORDER BY id)) FROM orders AS o;"
BLUEPRINT = "postgres/postgres-start-stop-blueprint.yaml"
REPOSITORY = "s3-bucket/path/artifactPrefix/"


def _databases(ground: Any, pod: str) -> list[str]:
    listed = "SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1"
    return sql(ground, pod, listed).split()


def test_backup_restore_delete(ground: Any) -> None:
    blueprint = ground.blueprint(BLUEPRINT)
    pod = deploy(ground)
    target = ground.target("statefulset", "shop-postgresql")
    sql(ground, pod, SEED)
    before = sql(ground, pod, STATE, "shop")
    assert before.startswith("1000|")
    sql(ground, pod, "CHECKPOINT")  # else the backup takes minutes: see below
    backup = ground.run("backup", blueprint, target)
    # What comes after it goes into further files, which the restore does not remove.
    sql(
        ground,
        pod,
        "DROP DATABASE shop; CREATE DATABASE later; SELECT pg_switch_wal(); CHECKPOINT;"
        "CREATE TABLE later AS SELECT 1; SELECT pg_switch_wal(); CHECKPOINT",
    )
    assert _databases(ground, pod) == ["later", "postgres", "template1"]
    ground.run_from(backup, "restore")
    wait_pod_ready(ground.kube, ground.namespace, pod, timeout_s=60)
    assert _databases(ground, pod) == ["postgres", "shop", "template1"]
    assert sql(ground, pod, STATE, "shop") == before
    assert sql(ground, pod, "SELECT rolname FROM pg_roles WHERE rolname = 'clerk'") == "clerk\n"
    ground.run_from(backup, "delete")
    kept = {key.removeprefix(REPOSITORY).split("/")[0] for key in ground.stored()}
    # The snapshot is gone; what it referred to stays, as DeleteData is not told to reclaim space.
    assert kept == {"config", "data", "index", "keys"}


def test_a_whole_server_comes_back_but_for_what_a_crash_empties() -> None:
    """Every definition, right and logged row of the tricky dataset, as nobody writes meanwhile."""
    if not CORPUS.is_dir():
        pytest.skip(f"no Blueprints at {CORPUS}: KANISTER_TEST_CORPUS")
    with Harness(Settings()) as harness:
        postgresql = harness.workload("postgresql", namespace="corpus-start-stop")
        try:
            postgresql.seed("tricky")
            before = postgresql.snapshot()
            postgresql.execute("CHECKPOINT")  # last, as looking writes, too: hint bits
            backup = harness.backup(postgresql, str(CORPUS / BLUEPRINT))
            postgresql.damage(drop="tricky")
            postgresql.damage(sql="CREATE DATABASE later; DROP ROLE auditor")
            assert postgresql.snapshot() != before
            harness.restore(backup)
            postgresql.wait_ready()
            diff = compare(before, postgresql.snapshot())
            assert [table.name[2] for table in diff.tables.entries] == ["unlogged"], str(diff)
            check_finding("postgresql-unlogged", str(diff))
        finally:
            harness.close_workload(postgresql)


def test_defect_the_backup_waits_for_a_spread_checkpoint(ground: Any) -> None:
    """`fast => false`: up to 90 % of checkpoint_timeout, 4.5 minutes, if there is any to write."""
    blueprint = ground.blueprint(BLUEPRINT)
    pod = deploy(ground)
    sql(ground, pod, SEED)
    name = ground.start("backup", blueprint, ground.target("statefulset", "shop-postgresql"))

    def writing() -> bool | None:
        said: str = ground.kube.logs(ground.namespace, pod)
        return said.rpartition("checkpoint starting: ")[2].startswith("force wait") or None

    assert wait_until(writing, Deadline(30))
    # A thousand rows and a copy of template1 at ten buffers a second: not in five seconds.
    with pytest.raises(ActionSetTimeout, match="in phase startBackup"):
        wait_actionset(ground.kube, name, timeout_s=5)
    sql(ground, pod, "CHECKPOINT")  # whoever asks for a fast one hurries it
    wait_actionset(ground.kube, name, timeout_s=60)


def test_defect_the_label_is_thrown_away_and_the_copy_is_taken_for_a_crash(ground: Any) -> None:
    """What pg_backup_stop returns belongs into the copy: recovery would begin where it says."""
    blueprint = ground.blueprint(BLUEPRINT)
    pod = deploy(ground)
    sql(ground, pod, "CREATE TABLE t AS SELECT 1 AS a; CHECKPOINT")
    backup = ground.run("backup", blueprint, ground.target("statefulset", "shop-postgresql"))
    ground.run_from(backup, "restore")
    wait_pod_ready(ground.kube, ground.namespace, pod, timeout_s=60)
    said = ground.kube.logs(ground.namespace, pod)
    assert "database system was not properly shut down; automatic recovery in progress" in said
    assert "starting backup recovery" not in said
    assert sql(ground, pod, "SELECT a FROM t") == "1\n"  # nobody wrote meanwhile, so all is there


def test_defect_all_releases_share_one_repository(ground: Any) -> None:
    """The prefix is written out: neither namespace nor release is part of it."""
    blueprint = ground.blueprint(BLUEPRINT)
    for release in ("shop", "bank"):
        pod = deploy(ground, release)
        sql(ground, pod, "CHECKPOINT")
        ground.run("backup", blueprint, ground.target("statefulset", f"{release}-postgresql"))
    stored = ground.stored()
    assert all(key.startswith(REPOSITORY) for key in stored)
    assert sum(key.startswith(f"{REPOSITORY}snapshots/") for key in stored) == 2
    assert sum(key == f"{REPOSITORY}config" for key in stored) == 1


def test_defect_the_deferred_phase_hides_why_the_first_one_failed(ground: Any) -> None:
    """It names the pod that was never made, and its own error is the one that is shown."""
    blueprint = ground.blueprint(BLUEPRINT)
    deploy(ground)
    ground.kube.delete(SECRETS, "shop-postgresql", ground.namespace)
    with pytest.raises(ActionSetFailed) as caught:
        ground.run("backup", blueprint, ground.target("statefulset", "shop-postgresql"))
    said = str(caught.value).partition("evidence:")[0]
    assert '"createBackupPod" not found' in said
    assert "secret" not in said.lower()
