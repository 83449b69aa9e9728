"""`maria`: as correct as `mysql`, by MySQL's client; it knows no accounts."""

from __future__ import annotations

import gzip
import secrets
from typing import Any

import pytest

from pytest_kanister._kube.pods import wait_pod_ready
from pytest_kanister.errors import ActionSetFailed

pytestmark = [pytest.mark.thorough, pytest.mark.slow, pytest.mark.xdist_group("corpus")]


def deploy(ground: Any) -> str:
    """As Bitnami's chart lays a release out; the pod's name."""
    name = "maria"
    labels = {"app.kubernetes.io/instance": name}
    key = "mariadb-root-password"
    ground.create("v1", "Secret", name, labels, stringData={key: secrets.token_hex(8)})
    spec = {"selector": labels, "ports": [{"port": 3306}]}
    ground.create("v1", "Service", name, labels, spec=spec)
    reference = {"secretKeyRef": {"name": name, "key": key}}
    container = {
        "name": "mariadb",
        "image": "bitnamilegacy/mariadb:11.4",
        "env": [{"name": "MARIADB_ROOT_PASSWORD", "valueFrom": reference}],
        "volumeMounts": [{"name": "data", "mountPath": "/bitnami/mariadb"}],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "256Mi"}},
        },
    }
    spec = {
        "serviceName": name,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        "volumeClaimTemplates": [claim],
    }
    ground.create("apps/v1", "StatefulSet", name, labels, spec=spec)
    wait_pod_ready(ground.kube, ground.namespace, f"{name}-0", timeout_s=60)
    return f"{name}-0"


def sql(ground: Any, pod: str, statements: str) -> str:
    """Runs statements as root; rows, tab-separated."""
    script = (
        'MYSQL_PWD="$MARIADB_ROOT_PASSWORD"'
        " mariadb -h maria -uroot -N --default-character-set=utf8mb4"
        f" <<'END'\n{statements}\nEND"
    )
    out: str = ground.sh(pod, script)
    return out


BLUEPRINT = "maria/maria-blueprint.yaml"
SEED = """
CREATE DATABASE shop CHARACTER SET utf8mb4;
CREATE TABLE shop.orders (id INT PRIMARY KEY, item VARCHAR(40), price DECIMAL(9,2), at DATETIME(6));
INSERT INTO shop.orders VALUES (1, 'tea 🍵', 1.50, '2026-01-02 03:04:05.678901'), (2, '', 0, NULL);
CREATE VIEW shop.cheap AS SELECT id FROM shop.orders WHERE price < 1;
"""
STATE = "SELECT id, HEX(item), price, at FROM shop.orders ORDER BY id; SELECT * FROM shop.cheap;"


def test_backup_restore_delete(ground: Any) -> None:
    blueprint = ground.blueprint(BLUEPRINT)
    pod = deploy(ground)
    sql(ground, pod, SEED)
    before = sql(ground, pod, STATE)
    assert before.count("\n") == 3
    backup = ground.run("backup", blueprint, ground.target("statefulset", "maria"))
    (stored,) = ground.stored()
    dump = gzip.decompress(ground.bucket.get(stored)).decode()
    # The image that the Blueprint names has MySQL's client: MariaDB's knows no such option.
    assert dump.startswith("-- MySQL dump")
    sql(ground, pod, "DROP DATABASE shop")
    ground.run_from(backup, "restore")
    assert sql(ground, pod, STATE) == before
    ground.run_from(backup, "delete", ground.target("namespace", ground.namespace))
    assert ground.stored() == []


def test_defect_accounts_routines_and_events_are_lost_and_the_server_s_own_sys_is_dumped(
    ground: Any,
) -> None:
    blueprint = ground.blueprint(BLUEPRINT)
    pod = deploy(ground)
    sql(ground, pod, SEED)
    sql(
        ground,
        pod,
        "CREATE FUNCTION shop.two() RETURNS INT RETURN 2;"
        "CREATE EVENT shop.e ON SCHEDULE EVERY 1 DAY DO DELETE FROM shop.orders;"
        "CREATE USER clerk IDENTIFIED BY 'x'; GRANT SELECT ON shop.* TO clerk",
    )
    count = (
        "SELECT (SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'shop'),"
        "(SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'shop'),"
        "(SELECT COUNT(*) FROM mysql.global_priv WHERE User = 'clerk')"
    )
    assert sql(ground, pod, count) == "1\t1\t1\n"
    backup = ground.run("backup", blueprint, ground.target("statefulset", "maria"))
    dump = gzip.decompress(ground.bucket.get(ground.stored()[0])).decode()
    assert "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `sys`" in dump
    sql(ground, pod, "DROP DATABASE shop; DROP USER clerk")
    ground.run_from(backup, "restore")
    assert sql(ground, pod, count) == "0\t0\t0\n"


def test_defect_a_database_whose_name_has_a_space_fails_the_backup(ground: Any) -> None:
    """The shell's loop takes the name for two."""
    blueprint = ground.blueprint(BLUEPRINT)
    pod = deploy(ground)
    sql(ground, pod, "CREATE DATABASE `two words`")
    with pytest.raises(ActionSetFailed) as caught:
        ground.run("backup", blueprint, ground.target("statefulset", "maria"))
    assert "Unknown database 'two'" in str(caught.value)
