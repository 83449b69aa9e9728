"""`redis`: its placeholder image is known here as Redis' tools."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from pytest_kanister._kube.pods import wait_pod_ready

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("corpus")]


def _deploy(ground: Any) -> str:
    name = "my-redis"
    labels = {"app.kubernetes.io/instance": name, "app.kubernetes.io/component": "master"}
    password = secrets.token_hex(8)
    ground.create("v1", "Secret", name, labels, stringData={"redis-password": password})
    spec = {"selector": labels, "ports": [{"port": 6379}]}
    ground.create("v1", "Service", f"{name}-master", labels, spec=spec)
    reference = {"secretKeyRef": {"name": name, "key": "redis-password"}}
    container = {
        "name": "redis",
        "image": "bitnamilegacy/redis:7.4",
        "env": [{"name": "REDIS_PASSWORD", "valueFrom": reference}],
        "volumeMounts": [{"name": "data", "mountPath": "/bitnami/redis/data"}],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "64Mi"}},
        },
    }
    ground.create(
        "apps/v1",
        "StatefulSet",
        f"{name}-master",
        labels,
        spec={
            "serviceName": f"{name}-master",
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            "volumeClaimTemplates": [claim],
        },
    )
    pod = f"{name}-master-0"
    wait_pod_ready(ground.kube, ground.namespace, pod, timeout_s=60)
    return pod


CLI = 'redis-cli -h "$(hostname -i)" --no-auth-warning -a "$REDIS_PASSWORD"'
SEED = (
    f"{CLI} SET text 'a \"b\" c'; {CLI} SET empty ''; {CLI} RPUSH list one two two; "
    f"{CLI} SADD set x y; {CLI} HSET hash f 1 g 2; {CLI} ZADD zset 1.5 m 2 n; "
    f"printf '\\x00\\xff\\n\\\\' | {CLI} -x SET bytes"
)
STATE = (
    f"for key in $({CLI} KEYS '*' | sort); do {CLI} DUMP $key | sha256sum; done; "
    f"{CLI} --raw GET bytes | od -c; {CLI} KEYS '*' | sort"
)


def test_backup_restore_delete(ground: Any) -> None:
    blueprint = ground.blueprint("redis/redis-blueprint.yaml")
    pod = _deploy(ground)
    ground.sh(pod, SEED)
    before = ground.sh(pod, STATE)
    assert before.count("\n") > 12
    backup = ground.run("backup", blueprint, ground.target("statefulset", "my-redis-master"))
    assert len(ground.stored()) == 1
    ground.sh(pod, f"{CLI} FLUSHALL")
    assert ground.sh(pod, STATE) != before
    ground.run_from(backup, "restore")
    assert ground.sh(pod, STATE) == before
    ground.run_from(backup, "delete", ground.target("namespace", ground.namespace))
    assert ground.stored() == []


def test_defect_keys_made_after_the_backup_survive_its_restore(ground: Any) -> None:
    """The restore has no FLUSHALL: it adds to what is there, lists grow."""
    blueprint = ground.blueprint("redis/redis-blueprint.yaml")
    pod = _deploy(ground)
    ground.sh(pod, f"{CLI} RPUSH list one")
    backup = ground.run("backup", blueprint, ground.target("statefulset", "my-redis-master"))
    ground.sh(pod, f"{CLI} SET later x")
    ground.run_from(backup, "restore")
    assert ground.sh(pod, f"{CLI} GET later") == "x\n"
    assert ground.sh(pod, f"{CLI} LRANGE list 0 -1") == "one\none\n"
